/* The example requests of a world. */
#include <stdio.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/pre.h"
#include "cli/world.h"

/* Half a side of an example's area: some 280 m. */
#define HALF_LON 3400
#define HALF_LAT 2500

struct example {
	const char *case_number, *incident;
	int32_t lon, lat; /* the area's middle, microdegrees */
	int64_t ago_s, long_s;
	const char *title, *details, *title_es, *details_es;
};

static const struct example examples[] = {
	{ "24-0117", "burglary", -88030000, 43050000, 5 * 3600, 2 * 3600,
	    "Break-in at a house near the park",
	    "A side door was forced while nobody was at home. We look for "
	    "footage of the street and of the path along the park: people on "
	    "foot with large bags, or a dark van that stops and leaves again. "
	    "Nothing to be seen helps too.",
	    "Robo en una casa cerca del parque",
	    "Forzaron una puerta lateral mientras no había nadie en casa. "
	    "Buscamos grabaciones de la calle y del sendero junto al parque: "
	    "personas a pie con bolsas grandes, o una furgoneta oscura que "
	    "se detiene y se va." },
	{ "24-0121", "hit-and-run", -88062000, 43074000, 20 * 3600, 3600,
	    "Cyclist hit by a car that drove on",
	    "A light-coloured car hit a cyclist at the crossing by the school "
	    "and drove on to the north with a broken right headlight. We look "
	    "for footage of cars on the roads around the crossing.",
	    "Ciclista atropellado por un coche que huyó",
	    "Un coche de color claro atropelló a un ciclista en el cruce junto "
	    "a la escuela y siguió hacia el norte con el faro derecho roto." },
};

static void
put_position(struct buf *b, int32_t lon, int32_t lat, const char *after)
{
	/* Lakeland lies west of Greenwich and north of the equator. */
	buf_printf(b, "[-%d.%06d,%d.%06d]%s", -lon / 1000000, -lon % 1000000,
	    lat / 1000000, lat % 1000000, after);
}

static void
put_area(struct buf *b, const struct example *e)
{
	buf_puts(b, "{\"type\":\"Polygon\",\"coordinates\":[[");
	put_position(b, e->lon - HALF_LON, e->lat - HALF_LAT, ",");
	put_position(b, e->lon + HALF_LON, e->lat - HALF_LAT, ",");
	put_position(b, e->lon + HALF_LON, e->lat + HALF_LAT, ",");
	put_position(b, e->lon - HALF_LON, e->lat + HALF_LAT, ",");
	put_position(b, e->lon - HALF_LON, e->lat - HALF_LAT, "]]}");
}

enum status
world_request(const char *path, int i, int64_t now_s, struct diag *d)
{
	const struct example *e = &examples[i];
	char from[CLOCK_TEXT], until[CLOCK_TEXT];
	struct buf b;
	enum status st;

	PRE(i >= 0 && (size_t)i < NELEMS(examples));
	clock_text(now_s - e->ago_s, from);
	clock_text(now_s - e->ago_s + e->long_s, until);
	buf_init(&b, 16384);
	buf_printf(&b,
	    "{\"case\":\"%s\",\"incident\":\"%s\",\"area\":", e->case_number,
	    e->incident);
	put_area(&b, e);
	buf_printf(&b,
	    ",\"from\":\"%s\",\"until\":\"%s\",\"text\":{\"language\":\"en\","
	    "\"title\":\"%s\",\"details\":\"%s\",\"translations\":[{"
	    "\"language\":\"es\",\"title\":\"%s\",\"details\":\"%s\"}],"
	    "\"contact\":{\"unit\":\"Investigations\",\"telephone\":\"+1 262 "
	    "555 0143\"}}}\n",
	    from, until, e->title, e->details, e->title_es, e->details_es);
	if ((st = buf_status(&b)) == ST_OK)
		st = file_write(path, 0600, b.p, b.n, d);
	buf_fini(&b);
	return st;
}
