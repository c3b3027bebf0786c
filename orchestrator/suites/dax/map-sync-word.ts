/** A word for scripts: maps a file of a device's ext4 with MAP_SYNC, and prints ok, an errno, or that it is not DAX. */
export const MAP_SYNC_WORD = String.raw`
map_sync() {
	mount_on ext4 "$1" dax=always $top/m || die "$1 does not mount with dax=always"
	truncate -s 65536 $top/m/file
	[ "$(is_dax $top/m/file)" = yes ] && "$TOOL" map $top/m/file sync 0 65536 || echo 'not DAX'
	umount $top/m
}
`;
