#!/bin/sh
# Writes samples/lesson.mp4: twenty seconds of moving picture (H.264) and sound (AAC) with captions (mov_text).
# Needs ffmpeg with libx264. The committed file is what tests use; run this only to change it.
set -eu
cd "$(dirname "$0")"
ffmpeg -nostdin -hide_banner -loglevel error -y \
    -f lavfi -i "testsrc2=size=640x360:rate=25:duration=20" \
    -f lavfi -i "sine=frequency=330:sample_rate=44100:duration=20" \
    -i lesson.srt \
    -map 0:v -map 1:a -map 2:s -t 20 \
    -c:v libx264 -preset veryslow -crf 38 -pix_fmt yuv420p -g 125 \
    -c:a aac -b:a 48k -ac 1 \
    -c:s mov_text -metadata:s:s:0 language=eng -metadata:s:a:0 language=eng \
    -fflags +bitexact -flags:v +bitexact -flags:a +bitexact -movflags +faststart \
    ../../samples/lesson.mp4
