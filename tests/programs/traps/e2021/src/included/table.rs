[1, if true { 2 } else { 3 }]
