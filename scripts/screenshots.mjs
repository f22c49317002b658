#!/usr/bin/env node
// Takes the screenshots in docs/images from the shop that `npm run demo` has opened. Set SHOP_URL
// if the shop is not on port 3000.
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

// Next.js installs sharp for its own images.
const sharp = createRequire(createRequire(import.meta.url).resolve("next/package.json"))("sharp");
const root = fileURLToPath(new URL("..", import.meta.url));
const images = join(root, "docs/images");
const baseURL = process.env.SHOP_URL ?? "http://localhost:3000";
const debian = ["/usr/bin/chromium", "/usr/bin/chromium-headless-shell"];
const executablePath = process.env.CHROMIUM_PATH ?? debian.find((path) => existsSync(path));
const account = JSON.parse(await readFile(join(root, "examples/next-app/lib/demo-account.json"), "utf8"));
/** In bytes. A README should open quickly. */
const MAX_SIZE = 100_000;

const desktop = {
  viewport: { width: 1080, height: 830 },
  userAgent: agent("X11; Linux x86_64", "Chrome/156.0 Safari/537.36"),
};
const phone = {
  viewport: { width: 390, height: 800 },
  deviceScaleFactor: 2,
  isMobile: true,
  userAgent: agent("Linux; Android 16", "Chrome/156.0 Mobile Safari/537.36"),
};
const tablet = { userAgent: agent("iPad; CPU OS 19_0 like Mac OS X", "Version/19.0 Mobile/15E148 Safari/604.1") };

const browser = await chromium.launch({ executablePath, args: ["--headless", "--no-sandbox", "--disable-gpu"] });
try {
  await mkdir(images, { recursive: true });
  const desk = await visit({ ...desktop, colorScheme: "light" });
  await add(desk, "Harbour mug");
  await add(desk, "Evening lamp");
  await take(desk, "shop.png");

  const hand = await visit({ ...phone, colorScheme: "dark" });
  await signIn(hand);
  await hand.goto("/twenty");
  await hand.getByRole("button", { name: "Light all twenty" }).click();
  await hand.getByText("20 of 20 arrived.").waitFor();
  await take(hand, "twenty-phone.png");

  await signIn(await visit(tablet));
  await signIn(desk);
  await desk.goto("/account/devices");
  await take(desk, "devices.png", 720);
  await desk.goto("/inside");
  await take(desk, "inside.png", 900);

  // Sign out on all devices.
  await desk.goto("/account/devices");
  await desk.getByRole("button", { name: "Sign out everywhere else" }).click();
  await desk.getByText("Signed out everywhere else").waitFor();
  await desk.getByRole("button", { name: "Sign out", exact: true }).click();
  await desk.getByRole("heading", { name: "A few good things" }).waitFor();
} finally {
  await browser.close();
}

async function visit(options) {
  const context = await browser.newContext({ baseURL, ...options });
  const page = await context.newPage();
  await page.goto("/");
  return page;
}

async function add(page, product) {
  await page.getByRole("button", { name: `Add ${product} to cart` }).click();
  await page.getByText(`${product}: 1 in your cart.`).waitFor();
}

async function signIn(page) {
  await page.goto("/sign-in?next=/account");
  await page.getByLabel("Email address").fill(account.email);
  await page.getByLabel("Password").fill(account.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { name: "Hello" }).waitFor();
}

/** Takes a screenshot from the top of the page. The pointer is on no button. */
async function take(page, name, height = page.viewportSize().height) {
  const path = join(images, name);
  await page.setViewportSize({ ...page.viewportSize(), height });
  await page.evaluate("scrollTo(0, 0)");
  await page.mouse.move(0, 0);
  const screenshot = await page.screenshot({ animations: "disabled" });
  // 256 colours are enough, and a third of the size.
  const { size: bytes } = await sharp(screenshot).png({ palette: true }).toFile(path);
  if (bytes > MAX_SIZE)
    throw new Error(`${name} has ${bytes} bytes, but at most ${MAX_SIZE} are allowed. Show less in the screenshot.`);
  console.log(`docs/images/${name}: ${bytes} bytes`);
}

function agent(system, browser) {
  return `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) ${browser}`;
}
