export const builtPackage: string;
export function isPackageFresh(): Promise<boolean>;
export function isInstalled(folder: string): Promise<boolean>;
export function isFresh(target: string, sources: readonly string[]): Promise<boolean>;
