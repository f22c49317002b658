import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Debian's. The first is Chromium without the windows of a desktop: it needs less of the processor. */
const DEBIAN = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];

/** Where a Chromium is, if there is one. */
const chromiumPath = process.env.CHROMIUM_PATH ?? DEBIAN.find((path) => existsSync(path));

/** Why browser tests are skipped, if they are. */
export const noChromium = chromiumPath
  ? undefined
  : "This machine has no Chromium. Install it (Debian: chromium-headless-shell) or set CHROMIUM_PATH";

/** The features that Playwright disables. The flag below replaces Playwright's own flag. */
const DISABLED_BY_PLAYWRIGHT = [
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsUpgrades",
  "HttpsFirstBalancedModeAutoEnable",
  "LensOverlay",
  "MediaRouter",
  "PaintHolding",
  "ThirdPartyStoragePartitioning",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "OptimizationHints",
  "NetworkTimeServiceQuerying",
  "AimEnabled",
  "PreconnectToSearch",
];

/** Hidden pages of the address bar. To render them for each window takes longer than a page of a test. */
const HIDDEN_PAGES = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup"];

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  `--disable-features=${[...DISABLED_BY_PLAYWRIGHT, ...HIDDEN_PAGES].join()}`,
];

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath as string,
    args: FLAGS,
    // As everybody's browser has it: a page may come back as it was left.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
