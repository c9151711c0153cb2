package demolog

import "net/url"

var users = []string{"minji", "seojun", "admin", "haneul"}

var browsers = []string{
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/123.0.0.0 Safari/537.36 Edg/123.0.2420.97",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4.1 Safari/605.1.15",
	"Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 17_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4.1 Mobile/15E148 Safari/604.1",
	"Mozilla/5.0 (Linux; Android 14; SM-S918N) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/24.0 Chrome/117.0.0.0 Mobile Safari/537.36",
	"Mozilla/5.0 (Linux; Android 13; SM-A536N) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.6367.54 Mobile Safari/537.36",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Whale/3.25.232.19 Safari/537.36",
}

var crawlers = []string{
	"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
	"Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
	"Mozilla/5.0 (compatible; Yeti/1.1; +http://naver.me/spd)",
	"Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
	"Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
}

var tools = []string{"curl/8.5.0", "python-requests/2.31.0", "Go-http-client/1.1", "Wget/1.21.4"}

var referrers = []string{
	"https://www.google.com/", "https://search.naver.com/search.naver?query=" + url.QueryEscape("나루"), "https://www.example.com/", "https://m.search.daum.net/",
}

var probes = []page{
	{"/wp-login.php", 900, 196, 404}, {"/.env", 600, 196, 404}, {"/phpmyadmin/", 800, 199, 403}, {"/admin/config.php", 700, 196, 404},
}

func pages() []page {
	ps := []page{
		{"/", 4_000, 9_000, 200}, {"/index.html", 3_000, 9_000, 200}, {"/static/app.js", 900, 180_000, 200},
		{"/static/style.css", 700, 24_000, 200}, {"/images/logo.png", 600, 12_000, 200}, {"/favicon.ico", 400, 1_100, 200},
		{"/api/v1/items?page=2", 24_000, 3_000, 200}, {"/api/v1/cart", 41_000, 800, 200}, {"/report/monthly.pdf", 850_000, 900_000, 200},
		{"/login", 9_000, 2_000, 302}, {"/old/page.html", 800, 196, 404},
	}
	for _, word := range []string{"아파치", "톰캣", "로드밸런싱", "나루터"} {
		ps = append(ps, page{"/search?q=" + url.QueryEscape(word), 120_000, 15_000, 200}, page{"/blog/" + url.PathEscape(word), 18_000, 30_000, 200})
	}
	return ps
}
