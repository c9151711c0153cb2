#!/bin/sh
# A small load for the compose stack: requests of several kinds, and every few
# seconds connections that are opened and then say nothing, which Apache answers
# with 408. Usage: load.sh HOST PORT [ROUNDS]; without ROUNDS it goes on.
host=$1
port=$2
rounds=${3:-0}

get() { # PATH USER-AGENT
	wget -q -O /dev/null -U "$2" "http://$host:$port$1" 2>/dev/null || true
}

chrome="Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36"
iphone="Mozilla/5.0 (iPhone; CPU iPhone OS 17_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4.1 Mobile/15E148 Safari/604.1"
crawler="Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"

round=0
while :; do
	round=$((round + 1))
	get / "$chrome"
	get "/?q=%EB%82%98%EB%A3%A8&page=$round" "$iphone"
	get /index.html "$crawler"
	get /missing.html "$chrome"
	get /old "$iphone"
	get /admin "curl/8.5.0"
	if [ $((round % 5)) -eq 1 ]; then
		for _ in 1 2 3; do
			sleep 10 | nc "$host" "$port" >/dev/null 2>&1 &
		done
	fi
	if [ "$rounds" -gt 0 ] && [ "$round" -ge "$rounds" ]; then
		wait
		exit 0
	fi
	sleep 1
done
