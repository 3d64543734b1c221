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

const ITEM = /<Item\b([^>]*?)(?:\/>|>([\s\S]*?)<\/Item>)/g;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** All items of the XML; an unreadable text gives none. */
export function parseItems(xml: string | null): MetadataItem[] {
  if (!xml) return [];
  return [...xml.matchAll(ITEM)].map(([, attributes, content = '']) => {
    const sample = attribute(attributes, 'sample');
    return {
      name: attribute(attributes, 'name') ?? '',
      sample: sample !== null && /^\d+$/.test(sample) ? Number(sample) : null,
      role: (attribute(attributes, 'role') ?? '').toLowerCase(),
      domain: attribute(attributes, 'domain') ?? '',
      value: unescapeXml(content),
    };
  });
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
  const kept = (xml ?? '').replace(/[ \t]*<Item\b[^>]*?(?:\/>|>[\s\S]*?<\/Item>)\r?\n?/g, (text) => {
    const [item] = parseItems(text);
    return item && drop(item) ? '' : text;
  });
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
