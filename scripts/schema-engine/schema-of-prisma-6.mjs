// The WebAssembly engine is that of Prisma 7, which refuses the URLs in a schema of Prisma 6.

const DATASOURCE = /^datasource\s+\w+\s*\{[^}]*\}/m;
const URLS = /^[ \t]*(?:url|directUrl|shadowDatabaseUrl)[ \t]*=.*$/gm;

/** @param {string} schema */
export const withoutUrl = (schema) => schema.replace(DATASOURCE, (datasource) => datasource.replace(URLS, ""));

/** A request of the CLI without the URLs of its schemas. */
export function withoutUrls(params) {
  if (!params) return params;
  const changed = { ...params };
  for (const name of ["schema", "from", "to"]) {
    const side = changed[name];
    if (!side?.files) continue;
    changed[name] = { ...side, files: side.files.map((file) => ({ ...file, content: withoutUrl(file.content) })) };
  }
  return changed;
}
