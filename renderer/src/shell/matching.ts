interface Named {
  readonly label: string;
  readonly about?: string;
}

/** Those that hold every word of the query; first those whose name begins with it, then those with a word that does. */
export function matching<T extends Named>(all: readonly T[], query: string): readonly T[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return all;
  const words = wanted.split(/\s+/);
  const rank = ({ label }: T): number => {
    const name = label.toLowerCase();
    if (name.startsWith(wanted)) return 0;
    return name.split(/[\s/]+/).some(word => word.startsWith(wanted)) ? 1 : 2;
  };
  return all
    .filter(({ label, about = '' }) => {
      const text = `${label} ${about}`.toLowerCase();
      return words.every(word => text.includes(word));
    })
    .toSorted((a, b) => rank(a) - rank(b));
}
