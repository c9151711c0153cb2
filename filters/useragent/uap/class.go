package uap

// Type is what kind of program sent a request, as far as its user agent tells.
type Type uint8

// The types. Those from Crawler on are automatic: no person waits for the answer.
const (
	Unknown Type = iota
	None         // no user agent, or an empty one
	Browser      // a web browser
	App          // another program that a person uses: an app with a browser inside, a mail program, a player
	Crawler      // reads pages for a search engine, an archive, an advertiser; or says it is a bot
	AI           // reads pages to train language models, or on behalf of one
	Preview      // fetches a page that somebody shared, to show a preview
	Feed         // fetches news feeds and podcasts
	Monitor      // checks that a site is up, or measures it
	Scanner      // looks for weaknesses, or for hosts
	Tool         // a command-line program, a download manager, a package manager
	Library      // an HTTP library, whatever it is used for
)

var typeNames = [...]string{"unknown", "none", "browser", "app", "crawler", "ai", "preview", "feed", "monitor", "scanner", "tool", "library"}

// String returns the value that documents have: "crawler".
func (t Type) String() string { return typeNames[t] }

// Automatic tells whether a program rather than a person asks.
func (t Type) Automatic() bool { return t >= Crawler }

// DeviceType is what kind of device a user agent runs on.
type DeviceType uint8

// The types of device. Bot stands for whatever an automatic agent runs on, or pretends to.
const (
	OtherDevice DeviceType = iota
	Bot
	Desktop
	Phone
	Tablet
	TV
	Console
	Watch
	Reader
	Car
	Speaker
	Headset
)

var deviceNames = [...]string{"other", "bot", "desktop", "phone", "tablet", "tv", "console", "watch", "reader", "car", "speaker", "headset"}

// String returns the value that documents have: "phone".
func (d DeviceType) String() string { return deviceNames[d] }

// fact is something that a literal in a user agent tells.
type fact uint8

const (
	scanner fact = iota
	monitor
	ai
	preview
	feed
	tool
	library
	crawler
	bot
	app
	ownName // a browser that does not call itself Mozilla
	mozilla
	console
	tv
	headset
	watch
	car
	speaker
	reader
	tabletPC
	tablet
	phone
	android
	mobile
	desktop
)

// evidence lists the literals, in lower case, for each fact.
var evidence = [...]struct {
	fact     fact
	literals []string
}{
	{scanner, []string{"nikto", "sqlmap", "masscan", "zgrab", "nuclei", "nmap", "wpscan", "acunetix", "nessus", "openvas", "qualys", "burpsuite",
		"dirbuster", "gobuster", "feroxbuster", "ffuf", "wfuzz", "w3af", "arachni", "netsparker", "jorgee", "censysinspect", "expanse, a palo alto",
		"l9explore", "l9tcpid", "leakix", "internetmeasurement", "odin; https", "projectdiscovery", "shodan", "netsystemsresearch", "hello, world",
		"zmeu", "morfeus", "fuzz faster", "commix", "joomscan", "whatweb", "paloaltonetworks", "gdnplus", "modatscanner", "cms-checker", "xpanse"}},
	{monitor, []string{"pingdom", "uptimerobot", "statuscake", "site24x7", "newrelicpinger", "datadog", "synthetics", "check_http", "nagios", "zabbix",
		"monitis", "uptime-kuma", "betteruptime", "better uptime", "better stack", "freshping", "hetrixtools", "updown.io", "gomezagent", "catchpoint",
		"ptst/", "chrome-lighthouse", "gtmetrix", "elb-healthchecker", "googlehc/", "kube-probe", "consul health check", "haproxy", "blackbox exporter",
		"prometheus/", "nodeping", "montastic", "siteuptime", "monitor-us", "yottaamonitor", "speedcurve", "dareboost", "google-cloud-scheduler",
		"amazon-route53-health-check", "cloudflare-healthchecks", "stackdriver", "checkly", "rigor", "uptimebot", "jetmon", "pagespeed insights"}},
	{ai, []string{"gptbot", "chatgpt-user", "oai-searchbot", "claudebot", "claude-web", "claude-user", "claude-searchbot", "anthropic-ai", "perplexitybot",
		"perplexity-user", "ccbot", "bytespider", "google-extended", "googleother", "cohere-ai", "diffbot", "meta-externalagent", "meta-externalfetcher",
		"facebookbot", "amazonbot", "applebot-extended", "youbot", "ai2bot", "mistralai-user", "duckassistbot", "timpibot", "omgili", "img2dataset",
		"pangubot", "deepseekbot", "kangaroo bot", "webzio-extended", "imagesiftbot"}},
	{preview, []string{"facebookexternalhit", "facebot", "facebookcatalog", "twitterbot", "slackbot", "slack-imgproxy", "discordbot", "telegrambot", "whatsapp/",
		"linkedinbot", "pinterestbot", "pinterest/0.", "skypeuripreview", "microsoftpreview", "viber", "vkshare", "redditbot", "embedly", "iframely",
		"bitlybot", "kakaotalk-scrap", "kakaostory-og-reader", "cardyb", "mastodon/", "bluesky", "google-pagerenderer", "googleimageproxy", "yahoomailproxy",
		"tumblr/", "quora link preview", "snapchat/1.0; +", "xing-contenttabreceiver", "developers.google.com/+/web/snippet", "flipboardproxy"}},
	{feed, []string{"feedfetcher", "feedly", "feedbin", "feedburner", "newsblur", "inoreader", "theoldreader", "tiny tiny rss", "miniflux", "freshrss", "netnewswire",
		"liferea", "simplepie", "magpierss", "rss", "feedparser", "feeddemon", "newsgator", "netvibes", "bloglovin", "bloglines", "superfeedr", "feedspot",
		"feedpress", "podcast", "overcast/", "antennapod", "podcatcher", "pocket casts", "castbox", "podbean", "itms", "gpodder", "akregator",
		"winds: open source", "commafeed", "feedwind", "newsboat", "newsbeuter", "universalfeedparser", "yarr/", "nextcloud-news", "selfoss"}},
	{tool, []string{"curl/", "wget", "httpie/", "aria2/", "axel/", "lwp-request", "lwp-trivial", "powershell/", "windowspowershell", "git/", "apt-http", "libdnf",
		"urlgrabber", "pacman/", "homebrew", "pip/", "npm/", "yarn/", "composer/", "maven", "docker/", "containerd/", "httrack", "webcopier", "teleport pro",
		"offline explorer", "webzip", "internet download manager", "getright", "flashget", "mass downloader", "jdownloader", "ab/2", "apachebench", "jmeter",
		"siege/", "wrk/", "hey/", "k6/", "vegeta", "gatling", "locust", "postmanruntime", "insomnia/", "paw/", "bruno-runtime", "rclone/", "s3cmd", "aws-cli",
		"gsutil", "lynx/ssl_mm", "phantomjs", "headlesschrome", "puppeteer", "playwright", "selenium", "cypress/", "wordpress/", "drupal", "joomla",
		"microsoft bits", "windows-update-agent", "microsoft-cryptoapi", "microsoft-webdav", "davfs2", "gvfs/", "cadaver/", "microsoft office existence",
		"microsoft office protocol discovery", "w3c_validator", "validator.nu", "w3c-checklink", "xenu", "screaming frog", "linkchecker", "siteone"}},
	{library, []string{"python-requests", "python-urllib", "python-httpx", "python/", "aiohttp", "httpx/", "urllib3", "scrapy", "mechanize", "go-http-client",
		"go http package", "fasthttp", "go-resty", "colly", "okhttp", "apache-httpclient", "apache-httpasyncclient", "jakarta commons-httpclient", "java/", "java-http-client",
		"httpclient", "http_request", "dalvik/", "ktor-client", "unirest", "resttemplate", "reactornetty", "asynchttpclient", "ahc/", "vert.x", "node-fetch", "node.js",
		"undici", "axios/", "got (", "superagent", "request/", "needle/", "bun/", "deno/", "guzzlehttp", "php/", "php-curl", "pecl::http", "zend_http", "symfony",
		"libwww-perl", "libwww-", "www-mechanize", "perl/", "ruby", "faraday", "rest-client", "typhoeus", "http.rb", "httparty", "libcurl", "winhttp", "wininet",
		"restsharp", "dart/", "dart:io", "reqwest", "hyper/", "ureq/", "isahc", "elixir", "hackney", "mint/", "clj-http", "snoopy", "indy library", "synapse",
		"lua-resty", "qtnetwork", "boost.beast", "cpp-httplib", "cpprestsdk", "swift-nio", "alamofire", "afnetworking", "grpc-", "jersey/", "google-http-java-client", "google-api-"}},
	{crawler, []string{"googlebot", "google-inspectiontool", "google-read-aloud", "google-site-verification", "google-safety", "google-adwords", "adsbot", "mediapartners", "apis-google", "bingbot", "bingpreview", "adidxbot", "msnbot", "slurp", "duckduckbot",
		"duckduckgo-favicons", "baiduspider", "yandex.com/bots", "yandexbot", "yandeximages", "yandexmobilebot", "sogou web spider", "sogou pic spider", "exabot", "applebot", "naverbot",
		"yeti/", "daumoa", "daum/", "seznambot", "petalbot", "aspiegelbot", "ahrefs", "semrush", "mj12bot", "dotbot", "rogerbot", "blexbot", "dataforseo", "serpstat",
		"ia_archiver", "archive.org_bot", "heritrix", "internetarchive", "nutch", "qwantify", "mojeek", "coccoc", "ichiro", "istellabot", "gigabot", "grapeshot",
		"proximic", "admantx", "zoominfobot", "barkrowler", "seekport", "sistrix", "seokicks", "megaindex", "linkdex", "cliqzbot", "turnitin", "trendiction",
		"summify", "ezooms", "voilabot", "teoma", "ask jeeves", "larbin", "htdig", "wotbox", "findlinks", "crawl", "spider", "scrape", "robot", "indexer", "archiver"}},
	{bot, []string{"bot/", "bot;", "bot)", "bot ", "bot-", "bot_", "bot.", "bots", "+http", "(http", "; http", " http", "favicon", "fetcher", "validator", "checker"}},
	{app, []string{"fban", "fbav", "[fb", "instagram", "kakaotalk", "kakaostory", "naver(inapp", " line/", "daumapps", "micromessenger", "snapchat", "pinterest/", "tiktok", "musical_ly",
		"bytedancewebview", "bytelocale", "whatsapp", "telegram", "gsa/", "linkedinapp", "twitter for", "barcelona ", "cfnetwork", "darwin/", "thunderbird",
		"outlook", "microsoft office", "macoutlook", "airmail", "postbox", "spotify", "itunes/", "applecoremedia", "vlc/", "libvlc", "lavf/", "stagefright",
		"exoplayer", "windows-media-player", "nsplayer", "quicktime", "winamp", "foobar2000", "mpv ", "kodi", "electron/", "slack/", "teams/", "discord/", "zoom/", "zoom.us",
		"adobeair", "cordova", "; wv)", "valve steam", " band/", "everytimeapp", "coupang", "baiduboxapp", "qq/", "weibo", "alipayclient"}},
	{ownName, []string{"lynx/", "links (", "links/", "elinks", "w3m/", "dillo/", "netsurf", "konqueror", "icab", "ncsa_mosaic", "netscape", "amigavoyager", "ibrowse"}},
	{mozilla, []string{"mozilla/", "opera/"}},
	{console, []string{"playstation", "nintendo", "; xbox", "xbox-os", "xbox one", "xbox series", "steam deck", "dreamcast"}},
	{tv, []string{"hbbtv", "smart-tv", "smarttv", "smart tv", "googletv", "google tv", "appletv", "apple tv", "crkey", "netcast", "nettv", "web0s", "bravia", "viera", "roku",
		"android tv", "androidtv", "philipstv", "opera tv", "dtv", "tvos", "; aft", "amazon aft", "mitv", "mibox", "chromecast", "vizio", "hisense tv", "tv safari", "ce-html",
		"inettvbrowser", "shield android", "sonydtv", "large screen", "iptv"}},
	{headset, []string{"oculusbrowser", "; quest", "pacific build", "picobrowser", "pico neo", "vive focus", "hololens", "wolvic"}},
	{watch, []string{"smartwatch", "smart watch", "apple watch", "applewatch", "watchos", "watch os", "wear os", "wearos", "sm-r7", "sm-r8", "sm-r9", "galaxy watch"}},
	{car, []string{"qtcarbrowser", "tesla/", "carplay", "android automotive", "automotiveos", "mbux"}},
	{speaker, []string{"smartspeaker", "sonos", "alexamediaplayer", "echo dot", "homepod", "google home"}},
	{reader, []string{"kindle/", "kindle 3", "kobo", "nook", "pocketbook", "tolino", "sony reader", "prs-t", "boox"}},
	{tabletPC, []string{"tablet pc"}},
	{tablet, []string{"ipad", "tablet", "kindle fire", "playbook", "touchpad", "xoom", "gt-p", "sm-t", "sm-x", "nexus 7", "nexus 9", "nexus 10", "transformer", "kfap", "kfso", "kfth",
		"kfot", "kftt", "kfjw", "kfas", "kfar", "kfgi", "kfma", "kfon", "kfdo", "kftr", "silk/"}},
	{phone, []string{"iphone", "ipod", "windows phone", "windows ce", "iemobile", "blackberry", "bb10", "symbian", "symbos", "series60", "series 60", "series40", "series80", "midp",
		"nokia", "opera mini", "opera mobi", "kaios", "webos/", "hpwos", "palm", "ucweb", "j2me", "maemo", "meego", "tizen", "bada/", "brew", "sonyericsson", "docomo", "kddi",
		"softbank/", "j-phone", "up.browser", "up.link", "netfront", "obigo", "mobile; rv", "mobile;", "samsung-", "lg-", "mot-", "danger hiptop", "sailfish", "phantom/ios"}},
	{android, []string{"android"}},
	{mobile, []string{"mobile", "mini/"}},
	{desktop, []string{"windows nt", "windows 9", "windows; u", "win64", "win98", "win95", "macintosh", "mac os x", "mac_powerpc", "x11;", "cros ", "linux x86", "linux i686", "ubuntu", "freebsd",
		"openbsd", "netbsd", "sunos", "darwin/"}},
}

// classifier finds the facts of a user agent.
type classifier struct {
	finder *finder
	facts  []fact
}

func newClassifier() (*classifier, error) {
	c := &classifier{}
	var literals []string
	for _, e := range evidence {
		for _, l := range e.literals {
			literals = append(literals, l)
			c.facts = append(c.facts, e.fact)
		}
	}
	var err error
	c.finder, err = newFinder(literals)
	return c, err
}

// facts is a set of facts.
type facts uint32

func (f facts) has(x fact) bool { return f&(1<<x) != 0 }

// classify completes r. ua is normalised.
func (c *classifier) classify(ua []byte, r *Result) {
	var f facts
	c.finder.find(ua, func(literal uint16) { f |= 1 << c.facts[literal] })
	r.Type = agentType(f, string(ua), r)
	r.DeviceType = deviceType(f, r)
}

// agentType decides by the most telling fact. Monitors and the like say that they are bots too, so these come first;
// libraries last among what is automatic, for many a crawler names the one it is written with.
func agentType(f facts, ua string, r *Result) Type {
	person := f.has(app) || f.has(ownName) || f.has(phone)
	switch {
	case ua == "" || ua == "-":
		return None
	case f.has(scanner):
		return Scanner
	case f.has(monitor):
		return Monitor
	case f.has(ai):
		return AI
	case f.has(preview):
		return Preview
	case f.has(feed) && !f.has(desktop) && !f.has(phone):
		return Feed
	case f.has(crawler), r.Device == "Spider" && !f.has(tool) && !f.has(library):
		return Crawler
	case f.has(tool):
		return Tool
	case f.has(bot) && !person && r.Brand != "Cubot":
		return Crawler
	case f.has(library) && !person:
		return Library
	case f.has(app):
		return App
	}
	return personType(f, r)
}

// personType tells a browser from an app. Apps of Android and iOS that send no browser's user agent name the system.
func personType(f facts, r *Result) Type {
	switch {
	case f.has(mozilla) && (r.Family != Other || r.OS != Other || r.Device != Other), f.has(ownName):
		return Browser
	case f.has(android), r.OS == "iOS", r.OS == "WatchOS", r.OS == "tvOS":
		return App
	case f.has(phone), f.has(tv), f.has(console):
		return Browser
	}
	return Unknown
}

// deviceType decides from the rarer devices to the more common, whose user agents the rarer ones imitate.
func deviceType(f facts, r *Result) DeviceType {
	if r.Type.Automatic() {
		return Bot
	}
	for _, d := range [...]struct {
		fact fact
		is   DeviceType
	}{{console, Console}, {tv, TV}, {headset, Headset}, {watch, Watch}, {car, Car}, {speaker, Speaker}, {reader, Reader}} {
		if f.has(d.fact) {
			return d.is
		}
	}
	switch {
	case f.has(tablet) && !f.has(tabletPC):
		return Tablet
	case f.has(android) && f.has(mozilla) && !f.has(mobile) && !f.has(phone):
		return Tablet // Android's browsers say Mobile on a phone
	case f.has(phone), f.has(android), r.OS == "iOS":
		return Phone
	case f.has(desktop), r.OS == "Linux", r.OS == "Windows":
		return Desktop
	case r.Brand != "": // old phones say little but their name
		return Phone
	}
	return OtherDevice
}
