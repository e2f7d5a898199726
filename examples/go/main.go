// Command ids is an HTTP server that makes UUIDs and takes them apart.
package main

import (
	"encoding/json"
	"flag"
	"log"
	"net/http"
	"time"

	"github.com/google/uuid"
)

// commit is set by the linker: -ldflags "-X main.commit=...".
var commit = "unknown"

func main() {
	addr := flag.String("addr", ":8080", "address to listen on")
	flag.Parse()

	log.Printf("ids (commit %s) listens on %s", commit, *addr)
	log.Fatal(http.ListenAndServe(*addr, newMux()))
}

func newMux() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]string{"status": "ok", "commit": commit})
	})
	mux.HandleFunc("GET /v4", generate(uuid.NewRandom))
	mux.HandleFunc("GET /v7", generate(uuid.NewV7))
	mux.HandleFunc("GET /inspect/{id}", inspect)
	return mux
}

func generate(newID func() (uuid.UUID, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		id, err := newID()
		if err != nil {
			writeError(w, http.StatusInternalServerError, err)
			return
		}
		writeJSON(w, http.StatusOK, map[string]string{"id": id.String()})
	}
}

// details is what inspect tells about a UUID.
type details struct {
	ID      string     `json:"id"`
	Version int        `json:"version"`
	Variant string     `json:"variant"`
	Time    *time.Time `json:"time,omitempty"`
}

func inspect(w http.ResponseWriter, r *http.Request) {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		writeError(w, http.StatusBadRequest, err)
		return
	}
	d := details{ID: id.String(), Version: int(id.Version()), Variant: id.Variant().String()}
	// Only versions 1, 2, 6 and 7 carry a time; Time returns nonsense for the others.
	switch id.Version() {
	case 1, 2, 6, 7:
		t := time.Unix(id.Time().UnixTime()).UTC()
		d.Time = &t
	}
	writeJSON(w, http.StatusOK, d)
}

func writeError(w http.ResponseWriter, status int, err error) {
	writeJSON(w, status, map[string]string{"error": err.Error()})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		log.Printf("write response: %v", err)
	}
}
