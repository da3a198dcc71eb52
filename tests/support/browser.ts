import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { BrowserContext } from "playwright-core";

const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The browser there is, or null. `CHROMIUM` names another. */
export const browserPath: string | null =
  [process.env["CHROMIUM"] ?? "", ...PATHS].find((path) => path !== "" && existsSync(path)) ?? null;

/** Gives `work` a browser without a window, and closes it when that has ended. */
export async function withBrowser<T>(
  path: string,
  work: (browser: BrowserContext) => Promise<T>,
): Promise<T> {
  // Only where there is a browser: it is large.
  const { chromium } = await import("playwright-core");
  const profile = mkdtempSync(join(tmpdir(), "rinari-browser-"));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: path,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  try {
    return await work(browser);
  } finally {
    await browser.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
