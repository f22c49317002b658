/** Some browsers also send the names of other browsers, so the order matters. */
const BROWSERS: readonly [name: string, version: RegExp][] = [
  ["Edge", /\bEdg\w*\/(\d+)/],
  ["Opera", /\bOPR\/(\d+)/],
  ["Firefox", /\b(?:Firefox|FxiOS)\/(\d+)/],
  ["Chrome", /(?:Chrome|CriOS)\/(\d+)/],
  ["Safari", /\bVersion\/(\d+).* Safari\//],
];

const SYSTEMS: readonly [name: string, mark: RegExp][] = [
  ["Android", /Android/],
  ["iPhone", /iPhone/],
  ["iPad", /iPad/],
  ["Windows", /Windows/],
  ["macOS", /Macintosh/],
  ["ChromeOS", /CrOS/],
  ["Linux", /Linux/],
];

/** Shortened for the table, because a client can send any text. */
export const shortUserAgent = (header: string | null): string => (header ?? "").slice(0, 200);

export type DeviceKind = "phone" | "tablet" | "computer";

/** A name such as "Firefox 151 on Linux". It is a guess, because a client can send any text. */
export function describeUserAgent(userAgent: string | null): { name: string; kind: DeviceKind } {
  const text = userAgent ?? "";
  const browsers = BROWSERS.map(([name, version]) => ({ name, version: version.exec(text)?.[1] }));
  const browser = browsers.find(({ version }) => version !== undefined);
  const system = SYSTEMS.find(([, mark]) => mark.test(text))?.[0];
  const names = [browser && `${browser.name} ${browser.version}`, system].filter((name) => name !== undefined);
  return { name: names.join(" on ") || "An unknown device", kind: kindOf(text) };
}

/** An iPad sends "Mobile" too. An Android device sends it only if it is a phone. */
function kindOf(text: string): DeviceKind {
  if (text.includes("iPad")) return "tablet";
  if (/Mobile|iPhone/.test(text)) return "phone";
  return text.includes("Android") ? "tablet" : "computer";
}
