/*
 * fixtures: an instance that serves the built pages and true documents, or
 * false ones where a test asks for them.
 */
import { readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { canonical, type Json, type JsonObject } from '../../web/core/json.ts';
import { boxOfDistrict, districtOf, type District } from '../../web/core/geo.ts';
import { square, World, type Party } from './world.ts';

const source = process.env['PORCHLIGHT_SOURCE'] ?? '.';
const DIST = join(source, 'web/dist');

export const CSP =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
	"font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const TYPES: Readonly<Record<string, string>> = {
	'.html': 'text/html; charset=utf-8',
	'.js': 'text/javascript; charset=utf-8',
	'.css': 'text/css; charset=utf-8',
	'.svg': 'image/svg+xml'
};

export const PLACE: readonly [number, number] = [-88.03, 43.05];
export const HERE: District = districtOf(PLACE);
export const PATH = `12/${HERE.x}/${HERE.y}`;
export const FIRST = 'a1'.repeat(16);

/* A street plan that looks like a town: the same one each time. */
export function plan(d: District): string {
	let seed = 7;
	const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
	const b = boxOfDistrict(d);
	const at = (x: number, y: number): Json => [
		Number((b.west + x * (b.east - b.west)).toFixed(6)),
		Number((b.north - y * (b.north - b.south)).toFixed(6))
	];
	const bend = (x: number, y: number): Json =>
		at(x + 0.012 * Math.sin(5 * y + 2 * x), y + 0.014 * Math.sin(4 * x + y));
	const streets: JsonObject[] = [];
	const lines = 36;
	for (let i = 0; i <= lines; i++) {
		const main = i % 9 === 4;
		for (const turned of [false, true]) {
			for (let j = 0; j < lines; j += 2) {
				if (!main && random() < 0.16) continue;
				const line = [0, 1, 2].map((k) => {
					const [u, v] = [i / lines, (j + k) / lines];
					return turned ? bend(v, u) : bend(u, v);
				});
				streets.push({ class: main ? 'main' : 'street', line, name: '' });
			}
		}
	}
	const blob = (x: number, y: number, r: number): Json =>
		Array.from({ length: 24 }, (_, i) => {
			const a = (i / 24) * 2 * Math.PI;
			const s = r * (1 + 0.18 * Math.sin(3 * a + x * 9));
			return at(x + s * Math.cos(a), y + 0.8 * s * Math.sin(a));
		});
	const bank = (side: number): Json[] =>
		Array.from({ length: 25 }, (_, i) => at(i / 24, 0.74 + 0.09 * Math.sin(i / 4) + side * 0.016));
	return canonical({
		parks: [blob(0.28, 0.3, 0.07), blob(0.72, 0.56, 0.05), blob(0.55, 0.16, 0.035)],
		streets,
		type: 'porchlight/map@v1',
		water: [[...bank(-1), ...bank(1).reverse()], blob(0.86, 0.22, 0.08)]
	});
}

export const now = (): number => Math.floor(Date.now() / 1000);

/* Two agencies and a few requests, as a town would have them. */
export function town(at = now()): { w: World; police: Party; sheriff: Party } {
	const w = new World(at);
	const police = w.addAgency('lakeland.example/police', 'Lakeland Police');
	const sheriff = w.addAgency('lake.example/sheriff', 'Lake County Sheriff', {
		class: 'sheriff',
		task_forces: ['Lake County Missing Persons Team']
	});
	w.addAgency('lakeland.example/fire', 'Lakeland Fire and Rescue', { class: 'fire' });
	w.addRequest(
		police,
		FIRST,
		at - 2 * 3600,
		{
			title: 'Two break-ins on and near Alder Street',
			details:
				'Between Saturday evening and the early hours somebody forced the back doors of two homes. We would like to see who walked or drove through these streets.\n\nPlease do not confront anybody, and do not go looking. If you saw something yourself, telephone us.',
			translations: [
				{
					language: 'de',
					title: 'Zwei Wohnungseinbrüche in der Alderstraße und ihrer Nachbarschaft',
					details: 'Zwischen Samstagabend und den frühen Morgenstunden wurden die Hintertüren zweier Wohnhäuser aufgebrochen.'
				},
				{
					language: 'hi',
					title: 'एल्डर स्ट्रीट के पास दो घरों में सेंधमारी',
					details: 'शनिवार शाम और तड़के के बीच किसी ने दो घरों के पिछले दरवाज़े तोड़े।'
				}
			]
		},
		{ area: square(-88.045, 43.062, 520) }
	);
	w.addRequest(
		sheriff,
		'b2'.repeat(16),
		at - 26 * 3600,
		{
			title: 'Missing: a man of 81 in a green coat',
			details: 'He left the care home on foot on Friday at about 15:30 and may have taken the river path.'
		},
		{
			area: square(-88.012, 43.045, 900),
			case: 'LC-26-0388',
			incident: 'missing-person',
			on_behalf_of: [police.key.name],
			urgent: true
		},
		[sheriff.key, sheriff.locker, police.key]
	);
	w.addRequest(
		police,
		'c3'.repeat(16),
		at - 50 * 3600,
		{
			title: 'A collision at Main and Third; one car drove on',
			details: 'A cyclist was hurt. The car is grey, an estate, with damage at its right front.'
		},
		{ area: square(-88.058, 43.036, 300), case: 'LP-26-1170', incident: 'traffic' }
	);
	return { w, police, sheriff };
}

/* What the instance says; a test replaces what it wants to. */
export type Pages = Map<string, () => string | Buffer | number>;

export function pagesOf(w: World, about: JsonObject = {}): Pages {
	const at = now();
	const directory = w.directory(at - 600);
	const size = (): number => w.log.entries.length;
	const pages: Pages = new Map();
	pages.set('/v1/about', () =>
		canonical({ demo: true, name: 'Porchlight in Lakeland', notices: ['one-machine', 'same-epoch'], origin: 'demo.example/log', ...about })
	);
	pages.set('/trust.json', () => w.log.trust());
	pages.set('/v1/directory', () => directory);
	pages.set('/v1/agencies.json', () => w.agencies());
	pages.set('/v1/districts.json', () =>
		canonical({
			districts: w.requests.length === 0 ? [] : [PATH, `12/${HERE.x + 1}/${HERE.y}`, `12/${HERE.x - 3}/${HERE.y + 2}`],
			type: 'porchlight/districts@v1'
		})
	);
	pages.set(`/v1/feed/${PATH}`, () => w.collection(HERE.x, HERE.y, at - 480));
	pages.set(`/v1/map/${PATH}`, () => plan(HERE));
	pages.set('/log/checkpoint', () => w.log.checkpoint(at - 480));
	for (const [path, bytes] of w.log.tiles(size())) pages.set(`/log/${path}`, () => bytes);
	return pages;
}

export interface Site {
	readonly url: string;
	readonly pages: Pages;
	/* Every path that was asked for. */
	readonly asked: string[];
	close(): Promise<void>;
}

function file(path: string): { body: Buffer; type: string } {
	const full = join(DIST, normalize(path));
	const found = full.startsWith(DIST) && extname(path) !== '' && statSync(full, { throwIfNoEntry: false })?.isFile() === true;
	const chosen = found ? full : join(DIST, 'index.html');
	return { body: readFileSync(chosen), type: TYPES[extname(chosen)] ?? 'application/octet-stream' };
}

export async function serve(pages: Pages): Promise<Site> {
	const asked: string[] = [];
	const server: Server = createServer((call, reply) => {
		const path = new URL(call.url ?? '/', 'http://x').pathname;
		asked.push(path);
		const page = pages.get(path);
		const api = path.startsWith('/v1/') || path.startsWith('/log/') || path === '/trust.json';
		const said = page?.() ?? (api ? 404 : undefined);
		const headers = { 'content-security-policy': CSP, 'x-content-type-options': 'nosniff' };
		if (typeof said === 'number') {
			reply.writeHead(said, { ...headers, 'content-type': 'application/problem+json' }).end('{}');
		} else if (said !== undefined) {
			reply.writeHead(200, { ...headers, 'content-type': 'application/json' }).end(said);
		} else {
			const { body, type } = file(path);
			reply.writeHead(200, { ...headers, 'content-type': type }).end(body);
		}
	});
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://localhost:${port}`,
		pages,
		asked,
		close: () =>
			new Promise((done) => {
				server.closeAllConnections();
				server.close(() => done());
			})
	};
}
