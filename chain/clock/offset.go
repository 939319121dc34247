// Package time: what the local network adds to CometBFT's package of that name, so that a test can skip days.
//
// A chain's time is the median of its validators' clocks. Every validator of the local network reads how far its clock
// is ahead of the machine's from one file; `scripts/localnet skip` writes it. Nothing else of wasmd differs.
package time

import (
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// OffsetVariable names the environment variable with the path of the file: seconds, a whole number. Without it, or
// without the file, the clock is the machine's.
const OffsetVariable = "BALLAST_CLOCK_OFFSET"

// StandsVariable names the environment variable with the time, in seconds since 1970, at which the clock stands still: what is
// measured must not depend on how fast the machine is. Blocks are then a millisecond apart.
const StandsVariable = "BALLAST_CLOCK_STANDS_AT"

// How long an offset that was read is used.
const offsetLifetime = 50 * time.Millisecond

var offset struct {
	sync.Mutex
	readAt time.Time
	value  time.Duration
}

// Offset is how far this validator's clock is ahead. It never falls: consensus expects clocks that go forward.
func Offset() time.Duration {
	if seconds, err := strconv.ParseInt(os.Getenv(StandsVariable), 10, 64); err == nil {
		return time.Until(time.Unix(seconds, 0))
	}
	path := os.Getenv(OffsetVariable)
	if path == "" {
		return 0
	}
	offset.Lock()
	defer offset.Unlock()
	if now := time.Now(); offset.readAt.IsZero() || now.Sub(offset.readAt) > offsetLifetime {
		offset.readAt = now
		if text, err := os.ReadFile(path); err == nil {
			seconds, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
			if read := time.Duration(seconds) * time.Second; err == nil && read > offset.value {
				offset.value = read
			}
		}
	}
	return offset.value
}
