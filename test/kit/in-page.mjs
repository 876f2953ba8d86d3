// Functions that run in a browser: each is sent there by itself, as text.

/** Whether the page is wider than the screen. */
export const scrollsSideways = () =>
  document.documentElement.scrollWidth > document.documentElement.clientWidth;

export function openAll() {
  for (const details of document.querySelectorAll('details')) details.open = true;
}

/** The names of what the keyboard has to reach, in the order of the page; marks each for `focused`. */
export function reachable() {
  return [...document.querySelectorAll('a[href], summary, textarea')]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }))
    .map((element, index) => {
      element.dataset['reach'] = String(index);
      return `${index} ${element.textContent.trim()}`;
    });
}

/** Where the keyboard is, whether that is marked, and whether it can be seen. */
export function focused() {
  const element = document.activeElement;
  if (element?.dataset['reach'] === undefined) return undefined;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  return {
    name: `${element.dataset['reach']} ${element.textContent.trim()}`,
    marked: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2,
    visible: box.width > 0 && box.height > 0 && box.right > 0,
  };
}

/** Shows the page as it is when it has been open for so long. */
export function ageBy(seconds) {
  for (const animation of document.getAnimations()) animation.currentTime = seconds * 1000;
}

/** Makes a page that every check has to find something wrong with. */
export function spoil() {
  document.documentElement.removeAttribute('lang');
  const heading = document.createElement('h5');
  heading.textContent = 'hardly to be read, and much too wide';
  // Not by an attribute: the policy of the page forbids that.
  Object.assign(heading.style, { color: '#eee', background: '#fff', width: '200vw' });
  document.querySelector('main h2').after(heading);
}

/** What is wrong on paper: text that is cut off or hidden, and ground that is dark. */
export function wrongOnPaper() {
  const wrong = [];
  const light = (colour) => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (colour.match(/[\d.]+/g) ?? []).map(Number);
    return alpha === 0 || (red * 299 + green * 587 + blue * 114) / 1000 > 128;
  };
  const width = document.documentElement.clientWidth;
  for (const element of document.querySelectorAll('body, body *')) {
    const name = `${element.tagName.toLowerCase()} ${element.textContent.trim().slice(0, 40)}`;
    const { backgroundColor, color, display } = getComputedStyle(element);
    if (display === 'none' || element.closest('.skip, .aged, #report, .report, footer nav, header a'))
      continue;
    const box = element.getBoundingClientRect();
    const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
    if (text && (!element.checkVisibility({ contentVisibilityAuto: true }) || box.height === 0))
      wrong.push(`hidden: ${name}`);
    if (text && (box.right > width + 1 || box.left < 0)) wrong.push(`cut: ${name}`);
    if (!light(backgroundColor)) wrong.push(`dark ground: ${name}`);
    if (text && light(color)) wrong.push(`light text: ${name}`);
  }
  return wrong;
}

/** Moves a heading half off the sheet. */
export function shift() {
  Object.assign(document.querySelector('main h2').style, { position: 'relative', left: '400px' });
}

/** From where to where the text of an area is selected. */
export const selection = (area) => [area.selectionStart, area.selectionEnd];
