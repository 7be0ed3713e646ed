package secureagent

import "net/http"

// maskedToken stands for the unit's token. The original gives the token itself to
// whoever asks; here not even a digit of it can leave, because it never comes in.
const maskedToken = "********-****-****-****-************"

// preference is what programs ask to see whether the agent is there.
func (h *Handler) preference(*http.Request) answer {
	var p preference
	if slot, err := h.cards.Slot(); err == nil {
		p.Terminal = slot.Default
	}
	if h.hasToken() {
		p.Token = maskedToken
	}
	return answer{status: http.StatusOK, body: p}
}

// home is a page for people who open the address in a browser.
func (h *Handler) home(*http.Request) answer {
	return answer{status: http.StatusOK, page: `<!DOCTYPE html><html lang="th"><head><meta charset="utf-8"><title>AuthenKiosk</title></head>` +
		`<body><h1>AuthenKiosk</h1><p>บริการอ่านบัตรและขอ Authen Code สำหรับโปรแกรมโรงพยาบาลกำลังทำงาน<br>` +
		`The service for hospital software is running (paths of the NHSO Secure SmartCard Agent).</p></body></html>`}
}
