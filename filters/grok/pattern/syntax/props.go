package syntax

import (
	"strings"
	"sync"
	"unicode"
)

// The classes of the Unicode standard that the brackets and \b refer to.
// Alphabetic follows DerivedCoreProperties: letters, letter numbers and
// Other_Alphabetic.
var (
	setSpace  = NewSet(0x09, 0x0d, 0x20, 0x20, 0x85, 0x85, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f, 0x205f, 0x205f, 0x3000, 0x3000)
	setXDigit = NewSet('0', '9', 'A', 'F', 'a', 'f')
	setASCII  = NewSet(0, 0x7f)
	setAny    = NewSet(0, maxRune)
	// The ASCII symbols are in the bracket [:punct:] but not in \p{Punct}.
	asciiSymbols = NewSet('$', '$', '+', '+', '<', '>', '^', '^', '`', '`', '|', '|', '~', '~')
	setDigit     = sync.OnceValue(func() *Set { return fromTables(unicode.Nd) })
	setAlpha     = sync.OnceValue(func() *Set {
		return fromTables(unicode.L, unicode.Nl, unicode.Other_Alphabetic)
	})
	setWord = sync.OnceValue(func() *Set {
		return fromTables(unicode.L, unicode.Nl, unicode.Other_Alphabetic, unicode.M, unicode.Nd, unicode.Pc)
	})
	setAssigned = sync.OnceValue(func() *Set {
		return fromTables(unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs)
	})
	setGraph = sync.OnceValue(func() *Set {
		return setAssigned().Intersect(setSpace.Negate()).Intersect(fromTables(unicode.Cc, unicode.Cs).Negate())
	})
)

// setIDStart and notPattern are parts of the identifiers of Unicode Annex 31.
func setIDStart() *Set {
	return fromTables(unicode.L, unicode.Nl, unicode.Other_ID_Start).Intersect(notPattern())
}

func notPattern() *Set {
	return fromTables(unicode.Pattern_Syntax, unicode.Pattern_White_Space).Negate()
}

// WordSet returns the characters that \b takes for those of a word: Unicode's,
// and the reference also counts the superscripts and fractions of Latin-1, which
// [[:word:]] does not hold.
func WordSet() *Set { return setWord().Union(latin1Numbers()) }

func latin1Numbers() *Set {
	return NewSet('²', '³').Union(NewSet('¹', '¹')).Union(NewSet('¼', '¾'))
}

// posixClass returns the set behind a POSIX bracket name.
func posixClass(name string) (*Set, bool) {
	switch name {
	case "alnum":
		return setAlpha().Union(setDigit()), true
	case "alpha":
		return setAlpha(), true
	case "blank":
		return fromTables(unicode.Zs).Union(NewSet('\t', '\t')), true
	case "cntrl":
		return fromTables(unicode.Cc), true
	case "digit":
		return setDigit(), true
	case "graph":
		return setGraph(), true
	case "lower":
		return fromTables(unicode.Ll, unicode.Other_Lowercase), true
	case "print":
		return setGraph().Union(fromTables(unicode.Zs)), true
	case "punct":
		return fromTables(unicode.P).Union(asciiSymbols), true
	case "space":
		return setSpace, true
	case "upper":
		return fromTables(unicode.Lu, unicode.Other_Uppercase), true
	case "xdigit":
		return setXDigit, true
	case "word":
		return setWord(), true
	case "ascii":
		return setASCII, true
	}
	return nil, false
}

var posixNames = []string{"alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower",
	"print", "punct", "space", "upper", "xdigit", "ascii", "word"}

// foldName takes away what the standard says does not matter in the name of
// a property: case, spaces, hyphens and underscores.
func foldName(name string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "", "_", "").Replace(name))
}

// propertyClass returns the set behind \p{name}.
func propertyClass(name string) (*Set, bool) {
	n := foldName(name)
	switch n {
	case "punct":
		n = "punctuation"
	case "xposixpunct":
		return posixClass("punct")
	}
	if s, ok := posixClass(n); ok {
		return s, true
	}
	switch n {
	case "any":
		return setAny, true
	case "assigned":
		return setAssigned(), true
	case "alphabetic":
		return setAlpha(), true
	case "lowercase":
		return posixClass("lower")
	case "uppercase":
		return posixClass("upper")
	case "newline":
		return NewSet('\n', '\n'), true
	case "cased":
		return fromTables(unicode.Lu, unicode.Ll, unicode.Lt, unicode.Other_Lowercase, unicode.Other_Uppercase), true
	case "math":
		return fromTables(unicode.Sm, unicode.Other_Math), true
	case "idstart", "ids":
		return setIDStart(), true
	case "idcontinue", "idc":
		return setIDStart().Union(fromTables(unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, unicode.Other_ID_Continue).Intersect(notPattern())), true
	case "cn", "unassigned":
		return setAssigned().Negate(), true
	case "lc", "casedletter":
		return fromTables(unicode.Lu, unicode.Ll, unicode.Lt), true
	}
	if long, ok := longCategories[n]; ok {
		n = foldName(long)
	}
	if script, ok := scriptCodes[n]; ok {
		n = foldName(script)
	}
	for _, tables := range []map[string]*unicode.RangeTable{unicode.Categories, unicode.Scripts, unicode.Properties} {
		for k, t := range tables {
			if foldName(k) == n {
				if t == unicode.C { // the general category C has the unassigned too
					return fromTables(t).Union(setAssigned().Negate()), true
				}
				return fromTables(t), true
			}
		}
	}
	if b, ok := strings.CutPrefix(n, "in"); ok {
		return blockClass(b)
	}
	return nil, false
}

var longCategories = map[string]string{
	"letter": "L", "uppercaseletter": "Lu", "lowercaseletter": "Ll", "titlecaseletter": "Lt",
	"modifierletter": "Lm", "otherletter": "Lo", "mark": "M", "combiningmark": "M",
	"nonspacingmark": "Mn", "spacingmark": "Mc", "enclosingmark": "Me", "number": "N",
	"decimalnumber": "Nd", "letternumber": "Nl", "othernumber": "No", "punctuation": "P",
	"connectorpunctuation": "Pc", "dashpunctuation": "Pd", "openpunctuation": "Ps",
	"closepunctuation": "Pe", "initialpunctuation": "Pi", "finalpunctuation": "Pf",
	"otherpunctuation": "Po", "symbol": "S", "mathsymbol": "Sm", "currencysymbol": "Sc",
	"modifiersymbol": "Sk", "othersymbol": "So", "separator": "Z", "spaceseparator": "Zs",
	"lineseparator": "Zl", "paragraphseparator": "Zp", "other": "C", "control": "Cc",
	"format": "Cf", "surrogate": "Cs", "privateuse": "Co",
}

// scriptCodes are the four-letter codes of scripts (ISO 15924).
var scriptCodes = map[string]string{
	"arab": "Arabic", "armn": "Armenian", "avst": "Avestan", "bali": "Balinese", "bamu": "Bamum",
	"batk": "Batak", "beng": "Bengali", "bopo": "Bopomofo", "brah": "Brahmi", "brai": "Braille",
	"bugi": "Buginese", "buhd": "Buhid", "cakm": "Chakma", "cans": "Canadian_Aboriginal", "cari": "Carian",
	"cher": "Cherokee", "copt": "Coptic", "qaac": "Coptic", "cprt": "Cypriot", "cyrl": "Cyrillic",
	"deva": "Devanagari", "dsrt": "Deseret", "egyp": "Egyptian_Hieroglyphs", "ethi": "Ethiopic",
	"geor": "Georgian", "glag": "Glagolitic", "goth": "Gothic", "grek": "Greek", "gujr": "Gujarati",
	"guru": "Gurmukhi", "hang": "Hangul", "hani": "Han", "hano": "Hanunoo", "hebr": "Hebrew",
	"hira": "Hiragana", "ital": "Old_Italic", "java": "Javanese", "kali": "Kayah_Li", "kana": "Katakana",
	"khar": "Kharoshthi", "khmr": "Khmer", "knda": "Kannada", "kthi": "Kaithi", "lana": "Tai_Tham",
	"laoo": "Lao", "latn": "Latin", "lepc": "Lepcha", "limb": "Limbu", "linb": "Linear_B", "lyci": "Lycian",
	"lydi": "Lydian", "mand": "Mandaic", "mlym": "Malayalam", "mong": "Mongolian", "mtei": "Meetei_Mayek",
	"mymr": "Myanmar", "nkoo": "Nko", "ogam": "Ogham", "olck": "Ol_Chiki", "orkh": "Old_Turkic",
	"orya": "Oriya", "osma": "Osmanya", "phag": "Phags_Pa", "phnx": "Phoenician", "rjng": "Rejang",
	"runr": "Runic", "samr": "Samaritan", "sarb": "Old_South_Arabian", "saur": "Saurashtra", "shaw": "Shavian",
	"sinh": "Sinhala", "sund": "Sundanese", "sylo": "Syloti_Nagri", "syrc": "Syriac", "tagb": "Tagbanwa",
	"tale": "Tai_Le", "talu": "New_Tai_Lue", "taml": "Tamil", "tavt": "Tai_Viet", "telu": "Telugu",
	"tfng": "Tifinagh", "tglg": "Tagalog", "thaa": "Thaana", "tibt": "Tibetan", "ugar": "Ugaritic",
	"vaii": "Vai", "xpeo": "Old_Persian", "xsux": "Cuneiform", "yiii": "Yi", "zinh": "Inherited",
	"qaai": "Inherited", "zyyy": "Common",
}
