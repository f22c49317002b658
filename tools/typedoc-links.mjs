// Links such as {@link UpdateError} in the comments of one entry lead to the page of another entry.
// TypeScript reads `@throws {@link …}` as a type, so TypeDoc does not find these names by itself.
export function load({ converter }) {
  converter.addUnknownSymbolResolver((reference, from) => {
    const [name, ...rest] = reference.symbolReference?.path ?? [];
    if (reference.moduleSource || !name || rest.length > 0) return undefined;
    const target = from.project.children?.map((entry) => entry.getChildByName(name.path)).find(Boolean);
    return target && { target };
  });
}
