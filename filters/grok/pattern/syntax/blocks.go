package syntax

import "strings"

// blocks lists the blocks of the Unicode standard, which \p{InName} refers to:
// first and last code point and the name as foldName gives it.
const blocks = `
0-7f basiclatin;80-ff latin1supplement;100-17f latinextendeda;180-24f latinextendedb;250-2af ipaextensions;
2b0-2ff spacingmodifierletters;300-36f combiningdiacriticalmarks;370-3ff greekandcoptic;400-4ff cyrillic;
500-52f cyrillicsupplement;530-58f armenian;590-5ff hebrew;600-6ff arabic;700-74f syriac;
750-77f arabicsupplement;780-7bf thaana;7c0-7ff nko;800-83f samaritan;840-85f mandaic;
860-86f syriacsupplement;8a0-8ff arabicextendeda;900-97f devanagari;980-9ff bengali;a00-a7f gurmukhi;
a80-aff gujarati;b00-b7f oriya;b80-bff tamil;c00-c7f telugu;c80-cff kannada;d00-d7f malayalam;d80-dff sinhala;
e00-e7f thai;e80-eff lao;f00-fff tibetan;1000-109f myanmar;10a0-10ff georgian;1100-11ff hanguljamo;
1200-137f ethiopic;1380-139f ethiopicsupplement;13a0-13ff cherokee;
1400-167f unifiedcanadianaboriginalsyllabics;1680-169f ogham;16a0-16ff runic;1700-171f tagalog;
1720-173f hanunoo;1740-175f buhid;1760-177f tagbanwa;1780-17ff khmer;1800-18af mongolian;
18b0-18ff unifiedcanadianaboriginalsyllabicsextended;1900-194f limbu;1950-197f taile;1980-19df newtailue;
19e0-19ff khmersymbols;1a00-1a1f buginese;1a20-1aaf taitham;1ab0-1aff combiningdiacriticalmarksextended;
1b00-1b7f balinese;1b80-1bbf sundanese;1bc0-1bff batak;1c00-1c4f lepcha;1c80-1c8f cyrillicextendedc;
1c90-1cbf georgianextended;1cc0-1ccf sundanesesupplement;1cd0-1cff vedicextensions;
1d00-1d7f phoneticextensions;1d80-1dbf phoneticextensionssupplement;
1dc0-1dff combiningdiacriticalmarkssupplement;1e00-1eff latinextendedadditional;1f00-1fff greekextended;
2000-206f generalpunctuation;2070-209f superscriptsandsubscripts;20a0-20cf currencysymbols;
20d0-20ff combiningdiacriticalmarksforsymbols;2100-214f letterlikesymbols;2150-218f numberforms;
2190-21ff arrows;2200-22ff mathematicaloperators;2300-23ff miscellaneoustechnical;2400-243f controlpictures;
2440-245f opticalcharacterrecognition;2460-24ff enclosedalphanumerics;2500-257f boxdrawing;
2580-259f blockelements;25a0-25ff geometricshapes;2600-26ff miscellaneoussymbols;2700-27bf dingbats;
27c0-27ef miscellaneousmathematicalsymbolsa;27f0-27ff supplementalarrowsa;2900-297f supplementalarrowsb;
2980-29ff miscellaneousmathematicalsymbolsb;2a00-2aff supplementalmathematicaloperators;
2b00-2bff miscellaneoussymbolsandarrows;2c00-2c5f glagolitic;2c60-2c7f latinextendedc;2c80-2cff coptic;
2d00-2d2f georgiansupplement;2d30-2d7f tifinagh;2d80-2ddf ethiopicextended;2de0-2dff cyrillicextendeda;
2e00-2e7f supplementalpunctuation;2e80-2eff cjkradicalssupplement;2f00-2fdf kangxiradicals;
2ff0-2fff ideographicdescriptioncharacters;3000-303f cjksymbolsandpunctuation;3040-309f hiragana;
30a0-30ff katakana;3100-312f bopomofo;3130-318f hangulcompatibilityjamo;3190-319f kanbun;
31a0-31bf bopomofoextended;31c0-31ef cjkstrokes;31f0-31ff katakanaphoneticextensions;
3200-32ff enclosedcjklettersandmonths;3300-33ff cjkcompatibility;3400-4dbf cjkunifiedideographsextensiona;
4dc0-4dff yijinghexagramsymbols;4e00-9fff cjkunifiedideographs;a000-a48f yisyllables;a490-a4cf yiradicals;
a500-a63f vai;a640-a69f cyrillicextendedb;a6a0-a6ff bamum;a700-a71f modifiertoneletters;
a720-a7ff latinextendedd;a800-a82f sylotinagri;a830-a83f commonindicnumberforms;a840-a87f phagspa;
a880-a8df saurashtra;a8e0-a8ff devanagariextended;a900-a92f kayahli;a930-a95f rejang;
a960-a97f hanguljamoextendeda;a980-a9df javanese;a9e0-a9ff myanmarextendedb;aa00-aa5f cham;
aa60-aa7f myanmarextendeda;aa80-aadf taiviet;aae0-aaff meeteimayekextensions;ab00-ab2f ethiopicextendeda;
ab30-ab6f latinextendede;ab70-abbf cherokeesupplement;abc0-abff meeteimayek;ac00-d7af hangulsyllables;
d7b0-d7ff hanguljamoextendedb;d800-db7f highsurrogates;db80-dbff highprivateusesurrogates;
dc00-dfff lowsurrogates;e000-f8ff privateusearea;f900-faff cjkcompatibilityideographs;
fb00-fb4f alphabeticpresentationforms;fb50-fdff arabicpresentationformsa;fe00-fe0f variationselectors;
fe10-fe1f verticalforms;fe20-fe2f combininghalfmarks;fe30-fe4f cjkcompatibilityforms;
fe50-fe6f smallformvariants;fe70-feff arabicpresentationformsb;ff00-ffef halfwidthandfullwidthforms;
fff0-ffff specials;10000-1007f linearbsyllabary;10080-100ff linearbideograms;10100-1013f aegeannumbers;
10140-1018f ancientgreeknumbers;10190-101cf ancientsymbols;101d0-101ff phaistosdisc;10280-1029f lycian;
102a0-102df carian;102e0-102ff copticepactnumbers;10300-1032f olditalic;10330-1034f gothic;
10350-1037f oldpermic;10380-1039f ugaritic;103a0-103df oldpersian;10480-104af osmanya;104b0-104ff osage;
10500-1052f elbasan;10530-1056f caucasianalbanian;10600-1077f lineara;10800-1083f cypriotsyllabary;
10840-1085f imperialaramaic;10880-108af nabataean;108e0-108ff hatran;10900-1091f phoenician;
10920-1093f lydian;109a0-109ff meroiticcursive;10a00-10a5f kharoshthi;10ac0-10aff manichaean;
10b00-10b3f avestan;10b40-10b5f inscriptionalparthian;10b60-10b7f inscriptionalpahlavi;
10b80-10baf psalterpahlavi;10c00-10c4f oldturkic;10c80-10cff oldhungarian;10d00-10d3f hanifirohingya;
10e60-10e7f ruminumeralsymbols;10f00-10f2f oldsogdian;10f30-10f6f sogdian;10fe0-10fff elymaic;
11000-1107f brahmi;11080-110cf kaithi;110d0-110ff sorasompeng;11100-1114f chakma;11150-1117f mahajani;
11180-111df sharada;111e0-111ff sinhalaarchaicnumbers;11200-1124f khojki;11280-112af multani;
112b0-112ff khudawadi;11300-1137f grantha;11400-1147f newa;11480-114df tirhuta;11580-115ff siddham;
11600-1165f modi;11660-1167f mongoliansupplement;11680-116cf takri;11700-1173f ahom;11800-1184f dogra;
118a0-118ff warangciti;119a0-119ff nandinagari;11a00-11a4f zanabazarsquare;11a50-11aaf soyombo;
11ac0-11aff paucinhau;11c00-11c6f bhaiksuki;11c70-11cbf marchen;11d00-11d5f masaramgondi;
11d60-11daf gunjalagondi;11ee0-11eff makasar;11fc0-11fff tamilsupplement;12000-123ff cuneiform;
12400-1247f cuneiformnumbersandpunctuation;12480-1254f earlydynasticcuneiform;13000-1342f egyptianhieroglyphs;
13430-1343f egyptianhieroglyphformatcontrols;14400-1467f anatolianhieroglyphs;16800-16a3f bamumsupplement;
16a40-16a6f mro;16ad0-16aff bassavah;16b00-16b8f pahawhhmong;16e40-16e9f medefaidrin;16f00-16f9f miao;
16fe0-16fff ideographicsymbolsandpunctuation;17000-187ff tangut;18800-18aff tangutcomponents;
1b000-1b0ff kanasupplement;1b100-1b12f kanaextendeda;1b130-1b16f smallkanaextension;1b170-1b2ff nushu;
1bc00-1bc9f duployan;1bca0-1bcaf shorthandformatcontrols;1d000-1d0ff byzantinemusicalsymbols;
1d100-1d1ff musicalsymbols;1d200-1d24f ancientgreekmusicalnotation;1d2e0-1d2ff mayannumerals;
1d300-1d35f taixuanjingsymbols;1d360-1d37f countingrodnumerals;1d400-1d7ff mathematicalalphanumericsymbols;
1d800-1daaf suttonsignwriting;1e000-1e02f glagoliticsupplement;1e100-1e14f nyiakengpuachuehmong;
1e2c0-1e2ff wancho;1e800-1e8df mendekikakui;1e900-1e95f adlam;1ec70-1ecbf indicsiyaqnumbers;
1ed00-1ed4f ottomansiyaqnumbers;1ee00-1eeff arabicmathematicalalphabeticsymbols;1f000-1f02f mahjongtiles;
1f030-1f09f dominotiles;1f0a0-1f0ff playingcards;1f100-1f1ff enclosedalphanumericsupplement;
1f200-1f2ff enclosedideographicsupplement;1f300-1f5ff miscellaneoussymbolsandpictographs;
1f600-1f64f emoticons;1f650-1f67f ornamentaldingbats;1f680-1f6ff transportandmapsymbols;
1f700-1f77f alchemicalsymbols;1f780-1f7ff geometricshapesextended;1f800-1f8ff supplementalarrowsc;
1f900-1f9ff supplementalsymbolsandpictographs;1fa00-1fa6f chesssymbols;
1fa70-1faff symbolsandpictographsextendeda;20000-2a6df cjkunifiedideographsextensionb;
2a700-2b73f cjkunifiedideographsextensionc;2b740-2b81f cjkunifiedideographsextensiond;
2b820-2ceaf cjkunifiedideographsextensione;2ceb0-2ebef cjkunifiedideographsextensionf;
2f800-2fa1f cjkcompatibilityideographssupplement;e0000-e007f tags;e0100-e01ef variationselectorssupplement;
f0000-fffff supplementaryprivateuseareaa;100000-10ffff supplementaryprivateuseareab;
`

// blockClass returns the characters of a block.
func blockClass(name string) (*Set, bool) {
	for entry := range strings.SplitSeq(blocks, ";") {
		span, n, _ := strings.Cut(strings.TrimSpace(entry), " ")
		if n != name {
			continue
		}
		lo, hi, _ := strings.Cut(span, "-")
		return NewSet(hexRune(lo), hexRune(hi)), true
	}
	return nil, false
}

func hexRune(s string) rune {
	var n rune
	for _, c := range s {
		n = n<<4 | rune(strings.IndexRune("0123456789abcdef", c))
	}
	return n
}
