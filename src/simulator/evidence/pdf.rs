//! A small PDF: text on A4 pages, marked SPECIMEN. Enough for a letter and for an uploaded file.

const LINES: usize = 46;
const WIDTH: usize = 84;

/// A file with this text, wrapped and paged.
pub(crate) fn document(paragraphs: &[String]) -> Vec<u8> {
    let lines: Vec<String> = paragraphs.iter().flat_map(|text| wrapped(text)).collect();
    let pages: Vec<&[String]> = lines.chunks(LINES).collect();
    // 1 catalogue, 2 page tree, 3 font, then a page and its content for each page.
    let mut kids = String::new();
    for number in 0..pages.len() {
        kids.push_str(&format!("{} 0 R ", 4 + 2 * number));
    }
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [ {kids}] /Count {} >>", pages.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
            .to_owned(),
    ];
    for (number, page) in pages.iter().enumerate() {
        let content = 5 + 2 * number;
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] \
             /Resources << /Font << /F1 3 0 R >> >> /Contents {content} 0 R >>"
        ));
        let stream = content_of(page);
        objects.push(format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()));
    }
    file(&objects)
}

fn content_of(lines: &[String]) -> String {
    let mut stream = String::from(
        "q 0.88 g BT /F1 96 Tf 0.7071 0.7071 -0.7071 0.7071 140 230 Tm (SPECIMEN) Tj ET Q\n\
         BT /F1 11 Tf 16 TL 56 780 Td\n",
    );
    for line in lines {
        stream.push_str(&format!("({}) Tj T*\n", escaped(line)));
    }
    stream + "ET"
}

/// Header, objects, table of their places, trailer.
fn file(objects: &[String]) -> Vec<u8> {
    // The second line has bytes above 127: tools take the file for binary.
    let mut bytes = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(bytes.len());
        bytes.extend(format!("{} 0 obj\n{object}\nendobj\n", number + 1).into_bytes());
    }
    let table = bytes.len();
    let size = objects.len() + 1;
    bytes.extend(format!("xref\n0 {size}\n0000000000 65535 f \n").into_bytes());
    for place in places {
        // Each entry has 20 bytes: readers count on it.
        bytes.extend(format!("{place:010} 00000 n \n").into_bytes());
    }
    let trailer = format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
    bytes.extend(trailer.into_bytes());
    bytes
}

/// As the inside of a PDF string; what the font does not have is a question mark.
fn escaped(line: &str) -> String {
    let mut text = String::new();
    for letter in line.chars() {
        match letter {
            '(' | ')' | '\\' => text.extend(['\\', letter]),
            ' '..='~' => text.push(letter),
            '\u{a0}'..='\u{ff}' => text.push_str(&format!("\\{:03o}", u32::from(letter))),
            _ => text.push('?'),
        }
    }
    text
}

fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let word: String = word.chars().take(WIDTH).collect();
        let line = lines.last_mut().filter(|line| {
            line.is_empty() || line.chars().count() + 1 + word.chars().count() <= WIDTH
        });
        match line {
            Some(line) if line.is_empty() => line.push_str(&word),
            Some(line) => line.extend([" ", &word]),
            None => lines.push(word),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_stands_where_the_table_says() {
        let text: Vec<String> = (0..100).map(|n| format!("Line {n} (é) \\ 見本")).collect();
        let bytes = document(&text);
        let latin: String = bytes
            .iter()
            .map(|byte| if byte.is_ascii() { char::from(*byte) } else { '.' })
            .collect();
        let at = |place: usize| latin.get(place..).unwrap();
        let start = latin.rsplit("startxref\n").next().unwrap().lines().next().unwrap();
        let table = at(start.parse().unwrap());
        assert!(table.starts_with("xref\n0 10\n"), "catalogue, tree, font, 3 pages twice");
        for (number, entry) in table.lines().skip(3).take(9).enumerate() {
            let place = entry.split(' ').next().unwrap().parse().unwrap();
            assert!(at(place).starts_with(&format!("{} 0 obj\n", number + 1)), "{entry}");
            assert_eq!(entry.len() + 1, 20, "an entry has 20 bytes");
        }
        for part in latin.split("<< /Length ").skip(1) {
            let (length, rest) = part.split_once(" >>\nstream\n").unwrap();
            let stream = rest.split("\nendstream").next().unwrap();
            assert_eq!(stream.len(), length.parse::<usize>().unwrap());
        }
        assert!(latin.contains(r"Line 7 \(\351\) \\ ??"));
    }
}
