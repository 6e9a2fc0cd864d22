// SVG as text: elements whose attributes and contents are escaped, and whose numbers are finite.

/** A piece of a drawing, already escaped. */
export type Drawing = string;

type Attributes = Readonly<Record<string, string | number | undefined>>;

// Control characters are not allowed in XML at all (XML 1.0, 2.2), nor is half of a pair of surrogates.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be found.
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

export const escapeXml = (text: string): string =>
  text.replace(FORBIDDEN, "\ufffd").replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");

/** A number with two decimals at most. @throws Error if it is not finite: that is a fault of ours. */
function decimal(number: number): string {
  if (!Number.isFinite(number)) throw new Error(`internal: a picture has the coordinate ${number}`);
  return String(Math.round(number * 100) / 100);
}

/** `<name …>children</name>`; attributes that are undefined are left out. */
export function element(name: string, attributes: Attributes, ...children: readonly Drawing[]): Drawing {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? decimal(value) : escapeXml(value as string)}"`)
    .join("");
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join("")}</${name}>`;
}

/** A text, with what it is short for as a tip. */
export const label = (text: string, x: number, y: number, attributes: Attributes = {}): Drawing =>
  element("text", { x, y, ...attributes }, escapeXml(text));

/** The whole file. Width and height are in pixels; the picture scales. */
export function picture(width: number, height: number, title: string, ...drawings: readonly Drawing[]): string {
  const open = {
    xmlns: "http://www.w3.org/2000/svg",
    width: Math.ceil(width),
    height: Math.ceil(height),
    viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
    role: "img",
  };
  const ground = element("rect", { width: "100%", height: "100%", fill: "#ffffff" });
  return `${element("svg", open, `\n${element("title", {}, escapeXml(title))}\n`, ground, "\n", drawings.filter((drawing) => drawing !== "").join("\n"), "\n")}\n`;
}
