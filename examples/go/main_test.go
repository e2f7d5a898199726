package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestInspect(t *testing.T) {
	for _, test := range []struct {
		id     string
		status int
		want   string
	}{
		{"018f3a1e-6c00-7000-8000-000000000000", http.StatusOK, `"version":7,"variant":"RFC4122","time":"2024-05-02T`},
		{"f47ac10b-58cc-4372-a567-0e02b2c3d479", http.StatusOK, `"version":4,"variant":"RFC4122"}`},
		{"nonsense", http.StatusBadRequest, `"error":`},
	} {
		w := httptest.NewRecorder()
		newMux().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/inspect/"+test.id, nil))
		if w.Code != test.status || !strings.Contains(w.Body.String(), test.want) {
			t.Errorf("inspect %s: got %d %s, want %d %s", test.id, w.Code, w.Body, test.status, test.want)
		}
	}
}
