/*
 * Every page at four widths, light and dark: nothing sticks out, axe finds
 * nothing, no policy was broken.  With PORCHLIGHT_SHOTS=DIR the pictures are
 * kept, to be looked at.
 */
import { AxeBuilder } from '@axe-core/playwright';
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launch, open, settled } from './browser.ts';
import { FIRST, now, pagesOf, PATH, serve, town, type Site } from './fixtures.ts';
import { World } from './world.ts';

const shots = process.env['PORCHLIGHT_SHOTS'] ?? '';
const PAGES: Readonly<Record<string, string>> = {
	home: '/',
	district: `/district/${PATH}`,
	request: `/district/${PATH}#${FIRST}`,
	agencies: '/agencies?agency=lakeland.example/police',
	policy: '/policy',
	directory: '/directory',
	log: '/log?entry=3',
	check: '/check',
	missing: '/nowhere'
};

/* The pages that are looked at with no data, and with faults, too. */
const LESS: ReadonlySet<string> = new Set(['home', 'district', 'agencies', 'log']);

let browser: Browser;
const sites: Record<string, Site> = {};

before(async () => {
	if (shots !== '') mkdirSync(shots, { recursive: true });
	browser = await launch();
	sites['full'] = await serve(pagesOf(town().w));
	sites['empty'] = await serve(pagesOf(new World(now()), { demo: false, notices: [] }));
	const broken = pagesOf(town().w);
	broken.set(`/v1/feed/${PATH}`, () => 503);
	for (const path of ['/v1/directory', '/v1/districts.json', '/log/checkpoint']) broken.set(path, () => 500);
	sites['broken'] = await serve(broken);
});

after(async () => {
	await browser.close();
	await Promise.all(Object.values(sites).map((s) => s.close()));
});

interface Look {
	width: number;
	scheme: 'light' | 'dark';
	axe: boolean;
}
const FULL: readonly Look[] = [
	{ width: 320, scheme: 'light', axe: false },
	{ width: 390, scheme: 'light', axe: true },
	{ width: 390, scheme: 'dark', axe: false },
	{ width: 820, scheme: 'light', axe: false },
	{ width: 820, scheme: 'dark', axe: false },
	{ width: 1440, scheme: 'light', axe: false },
	{ width: 1440, scheme: 'dark', axe: true }
];

async function looks(kind: string, name: string, path: string, wanted: readonly Look[]): Promise<void> {
	const { page, errors } = await open(browser, { reducedMotion: 'reduce' });
	await page.goto(`${sites[kind]?.url ?? ''}${path}`);
	await settled(page);
	if (name === 'request') await page.locator('details.proof > summary').click();
	for (const { width, scheme, axe } of wanted) {
		await page.setViewportSize({ width, height: width < 600 ? 800 : 900 });
		await page.emulateMedia({ colorScheme: scheme });
		const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
		assert.ok(over <= 0, `${name} is ${over} px too wide at ${width}`);
		if (shots !== '') {
			await page.screenshot({ path: join(shots, `${kind}-${name}-${width}-${scheme}.png`), fullPage: true });
		}
		if (!axe) continue;
		const { violations } = await new AxeBuilder({ page }).analyze();
		assert.deepEqual(
			violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join('; ')}`),
			[],
			`${name} ${width} ${scheme}`
		);
	}
	assert.deepEqual(errors, [], name);
	await page.context().close();
}

for (const kind of ['full', 'empty', 'broken']) {
	for (const [name, path] of Object.entries(PAGES)) {
		if (kind !== 'full' && !LESS.has(name)) continue;
		test(`${kind}: ${name}`, () =>
			looks(kind, name, path, kind === 'full' ? FULL : [{ width: 390, scheme: 'dark', axe: true }]));
	}
}
