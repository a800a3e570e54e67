package access

// nobody is the account of who has none. It is no account's number, so that no state
// is kept there.
const nobody = "anonymous"

// Anonymous is the identity of a request without credentials, as AWS takes them for few
// operations. Authorize lets it do nothing.
func Anonymous(region string, facts Facts) Identity {
	if region == "" {
		region = DefaultRegion
	}
	return Identity{account: nobody, region: region, principal: &Principal{Kind: "Anonymous", ARN: nobody, Account: nobody}, facts: facts}
}

// IsAnonymous reports whether i has no credentials.
func (i Identity) IsAnonymous() bool { return i.account == nobody }

// Admit makes the Caller of an operation that needs no credentials, because it finds
// out itself whether what it is given is good. It reaches the state of no account.
func Admit(i Identity) Caller {
	if !i.IsAnonymous() {
		panic("BUG: access: who has credentials is authorized by them")
	}
	return Caller{account: nobody, region: i.region, facts: &i.facts}
}

// Facts are what the server knows of a request without credentials; ok is false for
// every other.
func (c Caller) Facts() (_ Facts, ok bool) {
	if c.facts == nil {
		return Facts{}, false
	}
	return *c.facts, true
}
