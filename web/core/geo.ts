/*
 * geo: areas on the WGS 84 ellipsoid, widths, and districts.
 *
 * Positions are [longitude, latitude] in degrees.  A ring here does not
 * repeat its first position.  Edges are straight in longitude and latitude,
 * as docs/protocol.md says.
 */
import { refuse } from './refusal.ts';
import type { Json } from './json.ts';
import { Fields } from './json.ts';

export type Position = readonly [number, number];
export type Ring = readonly Position[];

export interface District {
	readonly x: number;
	readonly y: number;
}

export interface Box {
	readonly west: number;
	readonly south: number;
	readonly east: number;
	readonly north: number;
}

export const ZOOM = 12;
const SIDE = 2 ** ZOOM;

const A = 6378137;
const F = 1 / 298.257223563;
const B = A * (1 - F);
const E2 = F * (2 - F);
const E = Math.sqrt(E2);

const rad = (deg: number): number => (deg * Math.PI) / 180;

/* Area from the equator to a latitude, a radian of longitude wide. */
function zone(lat: number): number {
	const s = Math.sin(rad(lat));
	return ((B * B) / 2) * (s / (1 - E2 * s * s) + Math.log((1 + E * s) / (1 - E * s)) / (2 * E));
}

function at(ring: Ring, i: number): Position {
	const p = ring[i % ring.length];
	return p ?? refuse('malformed', 'an empty ring');
}

/* Signed area in m²; positive where the ring runs counter-clockwise. */
export function area(ring: Ring): number {
	const base = zone(at(ring, 0)[1]);
	let sum = 0;
	for (let i = 0; i < ring.length; i++) {
		const [x0, y0] = at(ring, i);
		const [x1, y1] = at(ring, i + 1);
		/* Simpson's rule is exact far below a square metre at these sizes. */
		const mid = zone((y0 + y1) / 2) - base;
		const mean = (zone(y0) - base + 4 * mid + zone(y1) - base) / 6;
		sum -= rad(x1 - x0) * mean;
	}
	return sum;
}

/* Metres east and north of origin, good to a millimetre a kilometre away. */
export function metres(origin: Position, p: Position): Position {
	const s = Math.sin(rad(origin[1]));
	const w = 1 - E2 * s * s;
	const east = (A / Math.sqrt(w)) * Math.cos(rad(origin[1]));
	const north = (A * (1 - E2)) / (w * Math.sqrt(w));
	return [rad(p[0] - origin[0]) * east, rad(p[1] - origin[1]) * north];
}

export function middle(ring: Ring): Position {
	const box = boxOf(ring);
	return [(box.west + box.east) / 2, (box.south + box.north) / 2];
}

/* The width in metres of a convex ring at its narrowest. */
export function width(ring: Ring): number {
	const origin = middle(ring);
	const flat = ring.map((p) => metres(origin, p));
	let least = Infinity;
	for (let i = 0; i < flat.length; i++) {
		const [ax, ay] = at(flat, i);
		const [bx, by] = at(flat, i + 1);
		const length = Math.hypot(bx - ax, by - ay);
		if (length === 0) continue;
		const far = flat.map(([x, y]) => Math.abs((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / length);
		least = Math.min(least, Math.max(...far));
	}
	return least;
}

/*
 * Whether the ring turns left at every corner and only once around; in whole
 * microdegrees, so without rounding.
 */
export function isConvex(ring: Ring): boolean {
	const grid = ring.map(([x, y]): Position => [Math.round(x * 1e6), Math.round(y * 1e6)]);
	let turned = 0;
	for (let i = 0; i < grid.length; i++) {
		const [ax, ay] = at(grid, i);
		const [bx, by] = at(grid, i + 1);
		const [cx, cy] = at(grid, i + 2);
		if ((bx - ax) * (cy - by) - (by - ay) * (cx - bx) <= 0) return false;
		const turn = Math.atan2(cy - by, cx - bx) - Math.atan2(by - ay, bx - ax);
		turned += turn < 0 ? turn + 2 * Math.PI : turn;
	}
	return Math.abs(turned - 2 * Math.PI) < 0.01;
}

export function boxOf(ring: Ring): Box {
	const xs = ring.map((p) => p[0]);
	const ys = ring.map((p) => p[1]);
	return {
		west: Math.min(...xs),
		south: Math.min(...ys),
		east: Math.max(...xs),
		north: Math.max(...ys)
	};
}

function readPosition(v: Json | undefined): Position {
	if (!Array.isArray(v) || v.length !== 2) return refuse('malformed', 'a position');
	const [lon, lat] = v;
	if (typeof lon !== 'number' || typeof lat !== 'number') return refuse('malformed', 'a position');
	if (Math.abs(lon) > 180 || Math.abs(lat) > 85) refuse('malformed', 'a position');
	const fine = (n: number): boolean => Math.abs(n * 1e6 - Math.round(n * 1e6)) < 1e-3;
	return fine(lon) && fine(lat) ? [lon, lat] : refuse('malformed', 'more than 6 decimals');
}

/* A GeoJSON Polygon of one convex, counter-clockwise ring of 3 to 16 corners. */
export function readArea(f: Fields): Ring {
	f.oneOf('type', ['Polygon']);
	const rings = f.list('coordinates', 1, 1);
	f.done();
	const closed = rings[0];
	if (!Array.isArray(closed) || closed.length < 4 || closed.length > 17) {
		return refuse('malformed', 'a ring of 3 to 16 corners');
	}
	const all = closed.map(readPosition);
	const ring = all.slice(0, -1);
	const [first, last] = [at(all, 0), at(all, all.length - 1)];
	if (first[0] !== last[0] || first[1] !== last[1]) refuse('malformed', 'a ring that is open');
	if (!isConvex(ring)) refuse('malformed', 'a ring that is not convex and counter-clockwise');
	return ring;
}

/* Where a longitude and latitude lie, in districts and parts of them. */
export function mercator(p: Position): { x: number; y: number } {
	const s = Math.sin(rad(p[1]));
	return {
		x: (p[0] / 360 + 0.5) * SIDE,
		y: (0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI)) * SIDE
	};
}

export function districtOf(p: Position): District {
	const { x, y } = mercator(p);
	const clamp = (n: number): number => Math.min(SIDE - 1, Math.max(0, Math.floor(n)));
	return { x: clamp(x), y: clamp(y) };
}

function latitude(y: number): number {
	return (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / SIDE))) * 180) / Math.PI;
}

export function boxOfDistrict(d: District): Box {
	return {
		west: (d.x / SIDE) * 360 - 180,
		east: ((d.x + 1) / SIDE) * 360 - 180,
		north: latitude(d.y),
		south: latitude(d.y + 1)
	};
}

/* "12/x/y", as paths and lists write a district. */
export function parseDistrict(text: string): District | null {
	const m = /^12\/(0|[1-9]\d{0,3})\/(0|[1-9]\d{0,3})$/.exec(text);
	if (m === null) return null;
	const d = { x: Number(m[1]), y: Number(m[2]) };
	return d.x < SIDE && d.y < SIDE ? d : null;
}

export function districtPath(d: District): string {
	return `${ZOOM}/${d.x}/${d.y}`;
}

/* Whether the ring's box comes within margin metres of the district's. */
export function near(ring: Ring, d: District, margin: number): boolean {
	const r = boxOf(ring);
	const b = boxOfDistrict(d);
	const [dx, dy] = metres([b.west, (b.north + b.south) / 2], [b.west + 1, (b.north + b.south) / 2 + 1]);
	const x = margin / dx;
	const y = margin / dy;
	return r.east >= b.west - x && r.west <= b.east + x && r.north >= b.south - y && r.south <= b.north + y;
}
