/*
 * plan: a district's street plan, porchlight/map@v1: one file a district, read
 * by all or by none.  It is a picture and proves nothing.
 */
import type { Position } from '../core/geo.ts';
import { Fields, parse, type Json } from '../core/json.ts';

export interface Street {
	readonly main: boolean;
	readonly name: string;
	readonly line: readonly Position[];
}

export interface Plan {
	readonly streets: readonly Street[];
	readonly parks: readonly (readonly Position[])[];
	readonly water: readonly (readonly Position[])[];
}

/* Plans of districts side by side, as one. */
export function together(plans: readonly (Plan | null)[]): Plan | null {
	const known = plans.filter((p) => p !== null);
	if (known.length === 0) return null;
	return {
		streets: known.flatMap((p) => p.streets),
		parks: known.flatMap((p) => p.parks),
		water: known.flatMap((p) => p.water)
	};
}

function line(v: Json): Position[] {
	const points = Array.isArray(v) ? v : [];
	return points.flatMap((p) => {
		const [lon, lat] = Array.isArray(p) ? p : [];
		return typeof lon === 'number' && typeof lat === 'number' ? [[lon, lat] as const] : [];
	});
}

export function readPlan(body: string): Plan {
	const f = new Fields(parse(body), 'map');
	f.oneOf('type', ['porchlight/map@v1']);
	return {
		streets: f.each('streets', 20_000, (s) => ({
			main: s.oneOf('class', ['main', 'street']) === 'main',
			name: s.text('name', 255),
			line: line(s.take('line'))
		})),
		parks: f.list('parks', 2000).map(line),
		water: f.list('water', 2000).map(line)
	};
}
