import { pathToFileURL } from "node:url";
import { chromium, type Page } from "playwright-core";
import { machine, pathOf } from "./machine";

/** A file in a browser. */
export interface OpenPage {
  readonly page: Page;
  /** Addresses of all that it has asked for, itself included. */
  readonly requests: readonly string[];
  /** Messages of the console and errors of scripts. */
  readonly complaints: readonly string[];
  /** Ends the browser. */
  close(): Promise<void>;
}

/** Opens a file in the Chromium of the machine. */
export async function openInBrowser(file: string): Promise<OpenPage> {
  const browser = await chromium.launch({
    executablePath: pathOf(machine().chromium),
    args: ["--no-sandbox", "--disable-gpu"],
  });
  const page = await browser.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  return { page, requests, complaints, close: () => browser.close() };
}
