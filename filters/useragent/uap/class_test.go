package uap

import (
	"os"
	"strings"
	"testing"
)

// samples are user agents of today and of the past, by what they should be classified as.
var samples = []struct {
	ua     string
	is     Type
	device DeviceType
}{
	{"", None, OtherDevice},
	{"-", None, OtherDevice},
	{"Mozilla/5.0", Unknown, OtherDevice},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36", Browser, Desktop},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0", Browser, Desktop},
	{"Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; Tablet PC 2.0; rv:11.0) like Gecko", Browser, Desktop},
	{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15", Browser, Desktop},
	{"Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", Browser, Desktop},
	{"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36", Browser, Desktop},
	{"Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1", Browser, Phone},
	{"Mozilla/5.0 (iPad; CPU OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.5 Mobile/15E148 Safari/604.1", Browser, Tablet},
	{"Mozilla/5.0 (Linux; Android 14; SM-S918N) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36", Browser, Phone},
	{"Mozilla/5.0 (Linux; Android 13; SM-X906C) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36", Browser, Tablet},
	{"Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0", Browser, Phone},
	{"Mozilla/5.0 (Linux; Android 5.1.1; KFFOWI) AppleWebKit/537.36 (KHTML, like Gecko) Silk/81.2.16 like Chrome/81.0.4044.138 Safari/537.36", Browser, Tablet},
	{"Mozilla/5.0 (Linux; Android 4.4.2; CUBOT ONE Build/KOT49H) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/30.0.0.0 Mobile Safari/537.36", Browser, Phone},
	{"Mozilla/5.0 (iPhone; CPU iPhone OS 15_2_1 like Mac OS X) AppleWebKit/604.5.6 (KHTML, like Gecko) Mobile/15D60 KAKAOTALK 9.4.2", App, Phone},
	{"Mozilla/5.0 (Linux; Android 13; SM-S908N; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/120.0.0.0 Mobile Safari/537.36 NAVER(inapp; search; 1010; 11.0.2)", App, Phone},
	{"Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 309.1.1.28.108", App, Phone},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:102.0) Gecko/20100101 Thunderbird/102.15.1", App, Desktop},
	{"AppleCoreMedia/1.0.0.12F69 (Apple TV; U; CPU OS 8_3 like Mac OS X; en_us)", App, TV},
	{"Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/4.0 Chrome/76.0.3809.146 TV Safari/537.36", Browser, TV},
	{"Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/94.0.4606.128 Safari/537.36", Browser, TV},
	{"Mozilla/5.0 (Linux; Android 9; AFTMM) AppleWebKit/537.36 (KHTML, like Gecko) Silk/112.5.1 like Chrome/112.0.5615.213 Safari/537.36", Browser, TV},
	{"Mozilla/5.0 (PlayStation; PlayStation 5/6.00) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Safari/605.1.15", Browser, Console},
	{"Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/48.0.2564.82 Safari/537.36 Edge/20.02", Browser, Console},
	{"Mozilla/5.0 (X11; Linux x86_64; Quest 3) AppleWebKit/537.36 (KHTML, like Gecko) OculusBrowser/30.0 Chrome/116.0.0.0 VR Safari/537.36", Browser, Headset},
	{"Mozilla/5.0 (X11; GNU/Linux) AppleWebKit/537.36 (KHTML, like Gecko) Chromium/79.0.3945.130 Chrome/79.0.3945.130 Safari/537.36 Tesla/2020.16.2.1", Browser, Car},
	{"Mozilla/5.0 (X11; U; Linux armv7l like Android; en-us) AppleWebKit/531.2+ (KHTML, like Gecko) Version/5.0 Safari/533.2+ Kindle/3.0+", Browser, Reader},
	{"atc/1.0 watchOS/5.2 model/Watch4,4 hwp/t8006 build/16T225 (6; dt:193)", App, Watch},
	{"Lynx/2.8.9rel.1 libwww-FM/2.14 SSL-MM/1.4.1 OpenSSL/1.1.1", Browser, OtherDevice},
	{"SAMSUNG-SGH-E250/1.0 Profile/MIDP-2.0 Configuration/CLDC-1.1 UP.Browser/6.2.3.3.c.1.101 (GUI) MMP/2.0", Browser, Phone},
	{"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", Crawler, Bot},
	{"Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", Crawler, Bot},
	{"Mozilla/5.0 (compatible; Yeti/1.1; +https://naver.me/spd)", Crawler, Bot},
	{"Mozilla/5.0 (compatible; Daum/4.1; +http://cs.daum.net/faq/15/4118.html?faqId=28966)", Crawler, Bot},
	{"Mozilla/5.0 (compatible; Something; +https://example.com/about)", Crawler, Bot},
	{"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)", AI, Bot},
	{"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)", AI, Bot},
	{"facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", Preview, Bot},
	{"Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", Preview, Bot},
	{"Feedly/1.0 (+http://www.feedly.com/fetcher.html; 5 subscribers; like FeedFetcher-Google)", Feed, Bot},
	{"Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", Monitor, Bot},
	{"ELB-HealthChecker/2.0", Monitor, Bot},
	{"kube-probe/1.29", Monitor, Bot},
	{"Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)", Scanner, Bot},
	{"Mozilla/5.00 (Nikto/2.1.6) (Evasions:None) (Test:000001)", Scanner, Bot},
	{"sqlmap/1.7.2#stable (https://sqlmap.org)", Scanner, Bot},
	{"curl/8.5.0", Tool, Bot},
	{"Wget/1.21.4", Tool, Bot},
	{"ApacheBench/2.3", Tool, Bot},
	{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36", Tool, Bot},
	{"python-requests/2.31.0", Library, Bot},
	{"Go-http-client/2.0", Library, Bot},
	{"okhttp/4.12.0", Library, Bot},
	{"Java/17.0.9", Library, Bot},
	{"Apache-HttpClient/4.5.14 (Java/17.0.9)", Library, Bot},
}

func TestClasses(t *testing.T) {
	p := Default()
	for _, s := range samples {
		var r Result
		p.Parse([]byte(s.ua), &r)
		if r.Type != s.is || r.DeviceType != s.device {
			t.Errorf("%q: %v on %v, want %v on %v (%+v)", s.ua, r.Type, r.DeviceType, s.is, s.device, r)
		}
	}
}

func TestClassesAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../../docs/user-agents.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, names := range [][]string{typeNames[:], deviceNames[:]} {
		for _, n := range names {
			if n != None.String() && !strings.Contains(string(doc), "`"+n+"`") {
				t.Errorf("docs/user-agents.md does not have `%s`", n)
			}
		}
	}
}

func TestClassifierKnowsEveryFact(t *testing.T) {
	seen := map[fact]bool{}
	for _, e := range evidence {
		if seen[e.fact] {
			t.Errorf("fact %d stands twice", e.fact)
		}
		seen[e.fact] = true
		for _, l := range e.literals {
			if l != string(normalise(nil, []byte(l))) || len(l) < minLiteral {
				t.Errorf("literal %q can never be found", l)
			}
		}
	}
	for f := scanner; f <= desktop; f++ {
		if !seen[f] {
			t.Errorf("fact %d has no literals", f)
		}
	}
}
