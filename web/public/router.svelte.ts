/*
 * router: which page an address means.
 *
 * A request's id is only ever in the fragment, which browsers do not send: the
 * server learns the district at most.
 */
import { parseDistrict, type District } from '../core/geo.ts';

export const PAGES = ['home', 'agencies', 'policy', 'directory', 'log', 'check'] as const;
export type Page = (typeof PAGES)[number];

export type Route =
	| { readonly page: Page }
	| { readonly page: 'district'; readonly district: District }
	| { readonly page: 'missing' };

export const pathOf = (page: Page): string => (page === 'home' ? '/' : `/${page}`);

function routeOf(path: string): Route {
	const trimmed = path.replace(/\/+$/, '') || '/';
	const page = PAGES.find((p) => pathOf(p) === trimmed);
	if (page !== undefined) return { page };
	const district = trimmed.startsWith('/district/') ? parseDistrict(trimmed.slice(10)) : null;
	return district === null ? { page: 'missing' } : { page: 'district', district };
}

class Router {
	path = $state(location.pathname);
	fragment = $state(location.hash.slice(1));
	query = $state(new URLSearchParams(location.search));
	route = $derived(routeOf(this.path));

	constructor() {
		addEventListener('popstate', () => this.#read());
		addEventListener('hashchange', () => this.#read());
		addEventListener('click', (e) => this.#click(e));
	}

	#read(): void {
		this.path = location.pathname;
		this.fragment = location.hash.slice(1);
		this.query = new URLSearchParams(location.search);
	}

	#click(e: MouseEvent): void {
		if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
		const a = e.target instanceof Element ? e.target.closest('a') : null;
		const href = a?.getAttribute('href') ?? null;
		if (a === null || href === null || !href.startsWith('/') || href.startsWith('//')) return;
		if (href.startsWith('/v1/') || href.startsWith('/log/') || a.hasAttribute('download')) return;
		e.preventDefault();
		this.go(href);
	}

	go(href: string): void {
		history.pushState(null, '', href);
		this.#read();
		scrollTo(0, 0);
	}

	/* Keep a table's state in the address, without a step back for each. */
	set(name: string, value: string): void {
		const query = new URLSearchParams(this.query);
		if (value === '') query.delete(name);
		else query.set(name, value);
		const search = query.size > 0 ? `?${query.toString()}` : '';
		history.replaceState(null, '', `${this.path}${search}${location.hash}`);
		this.query = query;
	}
}

export const router = new Router();
