/**
 * Makes something of an object at most once, and gives the same again: what does not change is made anew for nobody. The
 * object must not change after it was given.
 */
export function perObject<Given extends object, Made>(make: (given: Given) => Made): (given: Given) => Made {
  const known = new WeakMap<Given, Made>();
  return (given) => {
    const before = known.get(given);
    if (before !== undefined) return before;
    const made = make(given);
    known.set(given, made);
    return made;
  };
}
