package file

// seekData is lseek's SEEK_DATA: go to the next byte that is not in a hole.
const seekData = 3
