mode: count
src/a "b" 'c'/&amp; ]]></script> -->, %41 größe‮ 日本.rs:1.1,2.32 1 4294967295
src/a "b" 'c'/&amp; ]]></script> -->, %41 größe‮ 日本.rs:2.12,2.19 1 3
src/a "b" 'c'/&amp; ]]></script> -->, %41 größe‮ 日本.rs:2.25,2.32 1 4294967295
src/a "b" 'c'/&amp; ]]></script> -->, %41 größe‮ 日本.rs:4.1,5.9 1 4294967295
src/a "b" 'c'/&amp; ]]></script> -->, %41 größe‮ 日本.rs:7.1,8.9 1 0
