package virtualcard_test

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"authenkiosk/cardreader/virtualcard"
)

// answerDeadline bounds the waiting for one message on the loopback.
const answerDeadline = 2 * time.Minute

// slotOf listens like vpcd does, puts the card in and returns vpcd's end.
func slotOf(t *testing.T, card *virtualcard.Card) (net.Conn, *virtualcard.Link) {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	link, err := virtualcard.Dial(t.Context(), listener.Addr().String(), card)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = link.Close(); _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(answerDeadline)); err != nil {
		t.Fatal(err)
	}
	return conn, link
}

func send(t *testing.T, conn net.Conn, message string) {
	t.Helper()
	body := unhex(t, message)
	if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(body))), body...)); err != nil {
		t.Fatal(err)
	}
}

func ask(t *testing.T, conn net.Conn, message string) string {
	t.Helper()
	send(t, conn, message)
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		t.Fatal(err)
	}
	body := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(conn, body); err != nil {
		t.Fatal(err)
	}
	return strings.ToUpper(hex.EncodeToString(body))
}

func TestVpcd(t *testing.T) {
	t.Run("the ATR is told", func(t *testing.T) {
		conn, _ := slotOf(t, make1(t, virtualcard.Adult()))
		if got := ask(t, conn, "04"); got != "3B799600005448204E4944203138" {
			t.Error(got)
		}
	})
	t.Run("commands are answered and power-up forgets", func(t *testing.T) {
		conn, _ := slotOf(t, make1(t, virtualcard.Adult()))
		send(t, conn, "01")
		if got := ask(t, conn, selectCitizen); got != "610A" {
			t.Error(got)
		}
		send(t, conn, "02")
		if got := ask(t, conn, readVersion); got != "6985" {
			t.Error(got)
		}
	})
	t.Run("a mute card shows an ATR that no driver takes", func(t *testing.T) {
		conn, _ := slotOf(t, virtualcard.NewMute())
		if got := ask(t, conn, "04"); len(got) != 2*34 {
			t.Errorf("%d bytes", len(got)/2)
		}
	})
	t.Run("closing takes a hanging card out", func(t *testing.T) {
		conn, link := slotOf(t, make1(t, virtualcard.Adult(), virtualcard.Hanging()))
		ask(t, conn, selectCitizen)
		send(t, conn, readVersion)
		if err := link.Close(); err != nil {
			t.Error(err)
		}
		if _, err := conn.Read(make([]byte, 1)); err == nil {
			t.Error("the connection is still there")
		}
	})
	t.Run("the end of vpcd is noticed", func(t *testing.T) {
		conn, link := slotOf(t, make1(t, virtualcard.Adult()))
		_ = conn.Close()
		ctx, cancel := context.WithTimeout(t.Context(), answerDeadline)
		defer cancel()
		select {
		case <-link.Done():
		case <-ctx.Done():
			t.Error("the card stays in")
		}
	})
}

func TestDialWithoutVpcdFails(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := virtualcard.Dial(ctx, "127.0.0.1:1", virtualcard.NewMute()); err == nil {
		t.Error("a card is in a reader that does not exist")
	}
}
