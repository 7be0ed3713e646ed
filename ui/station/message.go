package station

// message is something to be said. It is worded whenever it is drawn, in the language of that
// moment; nil says nothing.
type message func() string

func (m message) words() string {
	if m == nil {
		return ""
	}
	return m()
}

// message says the words of a key. What is in them is the same in every language.
func (s *Station) message(key string, pairs ...any) message {
	return func() string { return s.say.Say(key, pairs...) }
}

// refusal says why a call was refused.
func (s *Station) refusal(err error) message { return func() string { return s.words(err) } }
