#include "media/helper/tags.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/pre.h"
#include "media/helper/notes.h"

/* Keys in plain words; the first whose beginning fits. "" is not told. */
static const struct {
	const char *key, *what;
} words[] = {
	{ "major_brand", "" },
	{ "minor_version", "" },
	{ "compatible_brands", "" },
	{ "handler_name", "handler name" },
	{ "creation_time", "time of recording" },
	{ "date", "date" },
	{ "location", "place (GPS)" },
	{ "com.apple.quicktime.location", "place (GPS)" },
	{ "com.apple.quicktime.creationdate", "time of recording" },
	{ "com.apple.quicktime.make", "maker of the device" },
	{ "com.apple.quicktime.model", "device" },
	{ "com.apple.quicktime.software", "program" },
	{ "com.android.version", "program" },
	{ "com.android.manufacturer", "maker of the device" },
	{ "com.android.model", "device" },
	{ "make", "maker of the device" },
	{ "model", "device" },
	{ "encoder", "program" },
	{ "encoded_by", "program" },
	{ "title", "title" },
	{ "comment", "comment" },
	{ "description", "description" },
	{ "artist", "author" },
	{ "author", "author" },
	{ "copyright", "copyright" },
	{ "vendor_id", "maker's mark" },
	{ "language", "language" },
	{ "rotate", "" },
	{ "duration", "" },
	{ "bps", "" },
	{ "number_of_", "" },
	{ "_statistics_tags", "" },
};

static int
is_empty(const char *key, const char *value)
{
	if (strcasecmp(key, "language") == 0)
		return strcmp(value, "und") == 0;
	if (strcasecmp(key, "vendor_id") == 0)
		return strcmp(value, "[0][0][0][0]") == 0;
	return value[0] == '\0';
}

static void
dictionary(const AVDictionary *m, const char *where, struct notes *notes)
{
	const AVDictionaryEntry *e = NULL;
	char what[80];
	size_t i;

	while ((e = av_dict_get(m, "", e, AV_DICT_IGNORE_SUFFIX)) != NULL) {
		if (is_empty(e->key, e->value))
			continue;
		for (i = 0; i < NELEMS(words); i++)
			if (strncasecmp(e->key, words[i].key,
				strlen(words[i].key)) == 0)
				break;
		if (i == NELEMS(words)) {
			char key[40] = "";
			size_t k;

			for (k = 0;
			     k < 32 && e->key[k] > ' ' && e->key[k] < 0x7f; k++)
				key[k] = e->key[k];
			snprintf(what, sizeof(what), "tag %s", key);
		} else
			snprintf(what, sizeof(what), "%s", words[i].what);
		if (what[0] != '\0')
			notes_add(
			    notes, where, what, e->value, strlen(e->value));
	}
}

static const char *
kind_of(const AVStream *s)
{
	if ((s->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0)
		return "an attached picture";
	switch (s->codecpar->codec_type) {
	case AVMEDIA_TYPE_VIDEO:
		return "a video track of a kind that is not taken";
	case AVMEDIA_TYPE_AUDIO:
		return "a sound track of a kind that is not taken";
	case AVMEDIA_TYPE_SUBTITLE:
		return "a track of texts";
	case AVMEDIA_TYPE_ATTACHMENT:
		return "an attached file";
	default:
		return "a track of data";
	}
}

void
tags_note(
    const AVFormatContext *fmt, const unsigned char *kept, struct notes *notes)
{
	char where[48];
	unsigned i;

	dictionary(fmt->metadata, "file", notes);
	for (i = 0; i < fmt->nb_streams; i++) {
		const AVStream *s = fmt->streams[i];

		snprintf(where, sizeof(where), "track %u", i + 1);
		dictionary(s->metadata, where, notes);
		if (!kept[i])
			notes_add(notes, where, kind_of(s), "", 0);
	}
	for (i = 0; i < fmt->nb_chapters; i++)
		dictionary(fmt->chapters[i]->metadata, "chapters", notes);
	if (fmt->nb_chapters > 0)
		notes_add(notes, "file", "chapters", "", 0);
}
