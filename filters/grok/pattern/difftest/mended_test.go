package difftest

// mended lists the patterns whose definitions in the reference's ECS bank are
// broken and work in ours, with the reason. A pattern that refers to one of
// them differs too. docs/grok-patterns.md says the same to users.
var mended = map[string]string{
	"S3_ACCESS_LOG":                      "the brackets around the time are lost: does not compile",
	"EXIM_REMOTE_HOST":                   "the brackets around the address are lost: does not compile",
	"CISCOFW106023":                      "the brackets around the hash codes are lost: does not compile",
	"CISCOFW106100_2_3":                  "the brackets around the hash codes are lost: does not compile",
	"CISCOFW106100":                      "the brackets around the hash codes are lost: does not compile",
	"CISCOFW733100":                      "wants a backslash for the opening bracket, and has one in the field's name",
	"IPTABLES":                           "the type after the two hardware addresses is literal text",
	"ELB_URI":                            "the password of an address is the literal text ^, then any number of @",
	"HTTPD24_ERRORLOG":                   "the code of the proxy's error is literal text; thread numbers do not fit their type",
	"CISCOFW302013_302014_302015_302016": "the user of the source is literal text",
	"RT_FLOW_EVENT":                      "is the literal text RT_FLOW_TAG",
}
