/*
 * mapview: from longitude and latitude to the units of a district's picture,
 * and what part of it is shown.
 */
import { boxOf, boxOfDistrict, mercator, metres, type District, type Position, type Ring } from '../core/geo.ts';

/* A district is UNIT wide and high. */
export const UNIT = 1000;

export interface View {
	readonly x: number;
	readonly y: number;
	readonly w: number;
	readonly h: number;
}

export class Projection {
	readonly #district: District;
	readonly unitsPerMetre: number;

	constructor(district: District) {
		this.#district = district;
		const b = boxOfDistrict(district);
		const lat = (b.north + b.south) / 2;
		this.unitsPerMetre = UNIT / metres([b.west, lat], [b.east, lat])[0];
	}

	place(p: Position): Position {
		const m = mercator(p);
		return [(m.x - this.#district.x) * UNIT, (m.y - this.#district.y) * UNIT];
	}

	points(line: readonly Position[]): string {
		return line.map((p) => this.place(p).map((n) => n.toFixed(1)).join(',')).join(' ');
	}

	/* Lines as one path, of those that come near the view. */
	path(lines: readonly (readonly Position[])[], view: View): string {
		const near = ([x, y]: Position): boolean =>
			x > view.x - view.w && x < view.x + 2 * view.w && y > view.y - view.h && y < view.y + 2 * view.h;
		return lines
			.map((line) => line.map((p) => this.place(p)))
			.filter((line) => line.some(near))
			.map((line) => `M${line.map((p) => p.map((n) => n.toFixed(1)).join(' ')).join('L')}`)
			.join('');
	}

	middle(ring: Ring): Position {
		const b = boxOf(ring);
		return this.place([(b.west + b.east) / 2, (b.north + b.south) / 2]);
	}

	/* A ring with its surroundings, three to two. */
	around(ring: Ring): View {
		const b = boxOf(ring);
		const [x0, y0] = this.place([b.west, b.north]);
		const [x1, y1] = this.place([b.east, b.south]);
		const h = Math.max((x1 - x0) / 1.5, y1 - y0) * 2.2;
		return { x: (x0 + x1) / 2 - 0.75 * h, y: (y0 + y1) / 2 - h / 2, w: 1.5 * h, h };
	}

	/* A round length of at most that many units, for the scale. */
	bar(most: number): { metres: number; units: number } {
		const long = [2000, 1000, 500, 200, 100, 50].find((m) => m * this.unitsPerMetre <= most) ?? 20;
		return { metres: long, units: long * this.unitsPerMetre };
	}
}

/*
 * The district's square, grown where items lie across its border: they are in
 * its list too.
 */
export function frameOf(rings: readonly Ring[], projection: Projection): View {
	let [x0, y0, x1, y1] = [0, 0, UNIT, UNIT];
	const room = UNIT / 40;
	for (const ring of rings) {
		for (const [x, y] of ring.map((p) => projection.place(p))) {
			x0 = Math.min(x0, x < 0 ? x - room : x);
			y0 = Math.min(y0, y < 0 ? y - room : y);
			x1 = Math.max(x1, x > UNIT ? x + room : x);
			y1 = Math.max(y1, y > UNIT ? y + room : y);
		}
	}
	const side = Math.max(x1 - x0, y1 - y0);
	return { x: x0, y: y0, w: side, h: side };
}

/* A square view around a centre that stays in the frame. */
export function square(zoom: number, centre: Position, frame: View): View {
	const side = frame.w / zoom;
	const keep = (n: number, least: number): number =>
		Math.min(least + frame.w - side, Math.max(least, n - side / 2));
	return { x: keep(centre[0], frame.x), y: keep(centre[1], frame.y), w: side, h: side };
}
