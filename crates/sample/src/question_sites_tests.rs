use super::*;

fn generate(shape: SiteShape, seed: u64) -> Vec<GeneratedFile> {
    let mut files = Vec::new();
    let summary = generate_question_site::<GenerateError>(shape, seed, Day(20_757), &mut |file| {
        files.push(file);
        Ok(())
    });
    assert_eq!(summary.unwrap().files, files.len() as u64);
    files
}

#[test]
fn a_site_depends_on_its_seed_alone() {
    let bytes = |seed: u64| {
        generate(SiteShape::ManyExperts, seed)
            .into_iter()
            .map(|file| file.bytes)
    };
    assert!(bytes(1).eq(bytes(1)));
    assert!(!bytes(1).eq(bytes(2)));
}

#[test]
fn each_shape_has_the_days_of_its_history() {
    for (shape, days, rows) in [
        (SiteShape::FewExperts, 1_080, 2_500),
        (SiteShape::ManyExperts, 240, 3_000),
    ] {
        let files = generate(shape, 7);
        assert!(files.len() <= days && files.len() * 10 > days * 8, "{}", files.len());
        assert!(files.iter().map(|file| file.rows).sum::<u64>() >= rows);
        assert!(files[0].path < files[files.len() - 1].path);
    }
}
