// Functions that run in a browser: each is sent there by itself, as text.

/** Whether the page is wider than the screen. */
export const scrollsSideways = () =>
  document.documentElement.scrollWidth > document.documentElement.clientWidth;

export function openAll() {
  for (const details of document.querySelectorAll('details')) details.open = true;
}

/** The names of what the keyboard has to reach, in the order of the page; marks each for `focused`. */
export function reachable() {
  return [...document.querySelectorAll('a[href], summary')]
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
