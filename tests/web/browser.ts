/* browser: Chromium with a new profile, as the tests use it. */
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

export async function launch(): Promise<Browser> {
	return chromium.launch({
		executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
		args: [
			'--headless',
			'--no-sandbox',
			'--disable-gpu',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync'
		]
	});
}

/* A page whose errors are kept: none may come up. */
export async function open(
	browser: Browser,
	options: BrowserContextOptions = {}
): Promise<{ page: Page; errors: string[] }> {
	const context = await browser.newContext({ timezoneId: 'America/Chicago', locale: 'en-US', ...options });
	const page = await context.newPage();
	const errors: string[] = [];
	page.on('pageerror', (e) => errors.push(e.message));
	page.on('console', (m) => {
		if (m.type() === 'error' && !m.text().includes('Failed to load resource')) errors.push(m.text());
	});
	return { page, errors };
}

/* Until the page has loaded and checked what it shows. */
export async function settled(page: Page): Promise<void> {
	await page.waitForFunction(() => document.querySelector('h1') !== null && document.querySelector('.loading') === null);
}
