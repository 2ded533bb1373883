/** Names that JavaScript itself asks for: whether something is a promise, how it prints. */
const ASKED_BY_LANGUAGE = new Set([
  'then',
  'toJSON',
  'constructor',
  'prototype',
  'inspect',
  'domain',
  '_events',
  '_eventsCount',
  '_maxListeners',
]);

/** The object, but any use of what it does not have throws with the name: a stand-in must not be silently less than the real thing. */
export function strict<T extends object>(name: string, target: T): T {
  return new Proxy(target, {
    get(of, property, receiver) {
      if (typeof property === 'symbol' || property in of || ASKED_BY_LANGUAGE.has(property))
        return Reflect.get(of, property, receiver) as unknown;
      throw new Error(`The stand-in for electron has no ${name}.${property}.`);
    },
  });
}
