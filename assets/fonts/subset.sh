#!/usr/bin/env bash
# Cuts the screen's fonts out of Debian's fonts-noto-cjk, once words or languages have changed: `make fonts`.
# Regular holds Latin and the 3,755 characters of GB 2312's first level, for names and notes; bold only what the
# screen itself says.
set -euo pipefail
cd "$(dirname "$0")"
source=/usr/share/fonts/opentype/noto
simplified_chinese=2 # its place in the collection
latin='U+0020-007E,U+00A0-017F,U+2013,U+2014,U+2018-201D,U+2022,U+2026,U+2212,U+2423,U+25CF,U+00D7'
level_1=$(python3 -c 'print("".join(bytes((row, cell)).decode("gb2312", "ignore") for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF)))')

subset() { # FACE TEXT
	pyftsubset "$source/NotoSansCJK-$1.ttc" --font-number=$simplified_chinese --unicodes="$latin" --text="$2$(cat ../lang/*.toml)" \
		--layout-features=kern --no-hinting --desubroutinize --name-IDs=0,1,2,3,4,5,6,13,14 --output-file="NotoSansSC-$1.otf"
}
subset Regular "$level_1"
subset Bold ''
