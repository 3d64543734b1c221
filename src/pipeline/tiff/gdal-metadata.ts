/** The XML of tag 42112, in which GDAL keeps band names, scales, offsets and free metadata. */

export interface MetadataItem {
  readonly name: string;
  /** Band, from 0; null for an item of the whole file. */
  readonly sample: number | null;
  /** `description`, `scale`, `offset`, `colorinterp`, `unittype`; empty for free items. */
  readonly role: string;
  readonly domain: string;
  readonly value: string;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** More than any honest file holds. */
const MAX_ITEMS = 10_000;

/** An item and its place in the text. */
interface Located {
  readonly start: number;
  readonly end: number;
  readonly item: MetadataItem;
}

/** All items of the XML; an unreadable text gives none. */
export function parseItems(xml: string | null): MetadataItem[] {
  return locateItems(xml ?? '').map(({ item }) => item);
}

/** In one pass, whatever the text holds: it comes out of a file that nobody has checked. */
function locateItems(xml: string): Located[] {
  const found: Located[] = [];
  let at = xml.indexOf('<Item');
  while (at >= 0 && found.length < MAX_ITEMS) {
    const close = xml.indexOf('>', at);
    if (close < 0) break;
    const empty = xml[close - 1] === '/';
    const contentEnd = empty ? close + 1 : xml.indexOf('</Item>', close);
    if (contentEnd < 0) break;
    const end = empty ? contentEnd : contentEnd + '</Item>'.length;
    if (/[\s/>]/.test(xml[at + 5])) {
      const attributes = xml.slice(at + 5, empty ? close - 1 : close);
      found.push({
        start: at,
        end,
        item: readItem(attributes, empty ? '' : xml.slice(close + 1, contentEnd)),
      });
    }
    at = xml.indexOf('<Item', end);
  }
  return found;
}

function readItem(attributes: string, content: string): MetadataItem {
  const sample = attribute(attributes, 'sample');
  return {
    name: attribute(attributes, 'name') ?? '',
    sample: sample !== null && /^\d+$/.test(sample) ? Number(sample) : null,
    role: (attribute(attributes, 'role') ?? '').toLowerCase(),
    domain: attribute(attributes, 'domain') ?? '',
    value: unescapeXml(content),
  };
}

/** An item of the whole file (no band) by name, in any domain; null if there is none. */
export function fileItem(items: readonly MetadataItem[], name: RegExp): string | null {
  return items.find((item) => item.sample === null && name.test(item.name))?.value ?? null;
}

/** The value of a band's item with the given role; null if there is none. */
export function bandItem(items: readonly MetadataItem[], band: number, role: string): string | null {
  return items.find((item) => item.sample === band && item.role === role)?.value ?? null;
}

/**
 * `xml` without the items that `drop` picks, plus `added`; everything else stays as it was, byte for byte.
 * Null if nothing is left to say.
 */
export function editItems(
  xml: string | null,
  drop: (item: MetadataItem) => boolean,
  added: readonly MetadataItem[],
): string | null {
  const text = xml ?? '';
  let kept = '';
  let from = 0;
  for (const { start, end, item } of locateItems(text)) {
    if (!drop(item)) continue;
    // With its line, if it has one of its own.
    let last = start;
    while (last > from && (text[last - 1] === ' ' || text[last - 1] === '\t')) last--;
    kept += text.slice(from, last);
    from = end;
    if (text[from] === '\r') from++;
    if (text[from] === '\n') from++;
  }
  kept += text.slice(from);
  const lines = added.map(itemXml).join('');
  const close = kept.lastIndexOf('</GDALMetadata>');
  if (close >= 0) {
    return lines || /<Item\b/.test(kept) ? kept.slice(0, close) + lines + kept.slice(close) : null;
  }
  return lines ? `<GDALMetadata>\n${lines}</GDALMetadata>\n` : null;
}

function itemXml(item: MetadataItem): string {
  const attributes = [
    ['name', item.name],
    ['sample', item.sample === null ? '' : String(item.sample)],
    ['role', item.role],
    ['domain', item.domain],
  ].flatMap(([name, value]) => (value ? [` ${name}="${escapeXml(value)}"`] : []));
  return `  <Item${attributes.join('')}>${escapeXml(item.value)}</Item>\n`;
}

function attribute(attributes: string, name: string): string | null {
  const match = attributes.match(new RegExp(`\\b${name}\\s*=\\s*("([^"]*)"|'([^']*)')`));
  return match ? unescapeXml(match[2] ?? match[3] ?? '') : null;
}

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (hex || decimal) {
      const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    }
    return ENTITIES[name] ?? whole;
  });
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"]/g, (c) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' })[c] ?? c);
}
