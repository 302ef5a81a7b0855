"""What is true about surrender, and where it is written: answers, citations, insurers, places, comparisons, first aid, letters."""
