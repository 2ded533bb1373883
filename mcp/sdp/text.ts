const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  rsquo: '’',
  lsquo: '‘',
  rdquo: '”',
  ldquo: '“',
  euro: '€',
};

/** HTML as people read it: paragraphs as lines, links with their address, no markup (fact sheet V16). */
export function textOf(html: string): string {
  const marked = html
    .replaceAll(/<!\[CDATA\[|\]\]>/g, '')
    .replaceAll(/<!--[\s\S]*?-->/g, '')
    .replaceAll(/<(script|style|head|title)\b[\s\S]*?<\/\1\s*>/gi, '')
    .replaceAll(/\r?\n/g, ' ')
    .replaceAll(
      /<a\b[^>]*?href\s*=\s*["']?([^"'\s>]+)[^>]*>([\s\S]*?)<\/a\s*>/gi,
      (_, address: string, label: string) =>
        label.replaceAll(/<[^>]*>/g, '').trim() === address ? address : `${label} (${address})`,
    )
    .replaceAll(/<li\b[^>]*>/gi, '\n- ')
    .replaceAll(/<(td|th)\b[^>]*>/gi, ' | ')
    .replaceAll(/<br\b[^>]*>|<\/(p|div|tr|ul|ol|h[1-6]|blockquote|table)\s*>/gi, '\n')
    .replaceAll(/<\/?[a-z][^>]*>/gi, '');
  return decoded(marked)
    .replaceAll(/[ \t\u00a0]+/g, ' ')
    .replaceAll(/ *\n */g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}

/** Once: what was written as `&amp;lt;` is the text `&lt;`. */
function decoded(text: string): string {
  return text.replaceAll(/&(#x[0-9a-f]{1,6}|#\d{1,7}|\w{2,8});/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()] ?? whole;
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** Plain words as HTML, since that is what the vendor takes; what has markup already stays as it is. */
export function htmlOf(text: string): string {
  if (/<\/?[a-z][^>]*>/i.test(text)) return text;
  const safe = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return safe.replaceAll(/\r?\n/g, '<br>');
}
