//! Lists the sample's topics: a small made-up ontology in four levels.
//!
//! Each row is `(topic_id, name, parents, aliases)`. Aliases have a language prefix, so that sentences of that
//! language can use them; the prefix is not written to the table. Parents precede their children, so the graph cannot
//! have a cycle. Some topics have several parents, so the ontology is a graph and not a tree.

/// Row of the table: id, name, parents, aliases as `language:word`.
pub(crate) type TopicRow = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

/// Fields of interest. Each is a topic, and all topics below it belong to it.
pub(crate) const FIELDS: [&str; 12] = [
    "coffee",
    "type-design",
    "cycling",
    "astronomy",
    "gardening",
    "data-science",
    "baking",
    "music-making",
    "hiking",
    "town-planning",
    "pottery",
    "open-source",
];

/// All topics, parents first.
#[rustfmt::skip]
pub(crate) const TOPICS: &[TopicRow] = &[
    ("food-and-drink", "Food and drink", &[], &["de:Essen und Trinken", "fr:gastronomie", "es:gastronomía"]),
    ("arts-and-crafts", "Arts and crafts", &[], &["de:Kunsthandwerk", "fr:artisanat", "es:artesanía"]),
    ("science", "Science", &[], &["de:Wissenschaft", "fr:science", "es:ciencia", "ja:科学"]),
    ("outdoors", "Outdoors", &[], &["de:draußen", "fr:plein air", "es:aire libre"]),
    ("technology", "Technology", &[], &["de:Technik", "fr:technologie", "es:tecnología", "ja:技術"]),
    ("society", "Society", &[], &["de:Gesellschaft", "fr:société", "es:sociedad"]),
    ("small-business", "Small business", &["society"], &["de:Kleinbetrieb", "fr:petite entreprise", "es:pequeña empresa"]),
    ("sustainability", "Sustainability", &["society", "science"], &["de:Nachhaltigkeit", "fr:durabilité", "es:sostenibilidad"]),

    ("coffee", "Coffee", &["food-and-drink"], &["de:Kaffee", "fr:café", "es:café", "ja:コーヒー"]),
    ("espresso", "Espresso", &["coffee"], &["ja:エスプレッソ", "es:café exprés"]),
    ("latte-art", "Latte art", &["espresso", "arts-and-crafts"], &["de:Milchschaumkunst", "ja:ラテアート"]),
    ("coffee-roasting", "Coffee roasting", &["coffee", "small-business"], &["de:Kaffeerösten", "fr:torréfaction", "es:tueste de café"]),
    ("filter-coffee", "Filter coffee", &["coffee"], &["de:Filterkaffee", "fr:café filtre", "es:café de filtro"]),
    ("coffee-farming", "Coffee farming", &["coffee", "sustainability"], &["de:Kaffeeanbau", "fr:caféiculture", "es:caficultura"]),
    ("cupping", "Cupping", &["coffee-roasting"], &["de:Verkostung", "fr:dégustation", "es:cata"]),

    ("type-design", "Type design", &["arts-and-crafts"], &["de:Schriftgestaltung", "fr:création de caractères", "es:diseño tipográfico"]),
    ("typography", "Typography", &["type-design"], &["de:Typografie", "fr:typographie", "es:tipografía", "ja:タイポグラフィ"]),
    ("lettering", "Lettering", &["type-design"], &["fr:lettrage", "es:rotulación"]),
    ("variable-fonts", "Variable fonts", &["type-design", "technology"], &["de:variable Schriften", "fr:polices variables", "es:fuentes variables"]),
    ("calligraphy", "Calligraphy", &["lettering"], &["de:Kalligrafie", "fr:calligraphie", "es:caligrafía", "ja:書道"]),
    ("book-design", "Book design", &["typography"], &["de:Buchgestaltung", "fr:design du livre", "es:diseño de libros"]),

    ("cycling", "Cycling", &["outdoors"], &["de:Radfahren", "fr:cyclisme", "es:ciclismo", "ja:自転車"]),
    ("bike-touring", "Bike touring", &["cycling"], &["de:Radreise", "fr:cyclotourisme", "es:cicloturismo"]),
    ("bicycle-repair", "Bicycle repair", &["cycling", "small-business"], &["de:Fahrradreparatur", "fr:réparation de vélo", "es:reparación de bicis"]),
    ("cargo-bikes", "Cargo bikes", &["cycling", "sustainability"], &["de:Lastenrad", "fr:vélo cargo", "es:bici de carga"]),
    ("track-cycling", "Track cycling", &["cycling"], &["de:Bahnradsport", "fr:cyclisme sur piste", "es:ciclismo en pista"]),
    ("frame-building", "Frame building", &["bicycle-repair", "arts-and-crafts"], &["de:Rahmenbau", "fr:cadre artisanal"]),

    ("astronomy", "Astronomy", &["science"], &["de:Astronomie", "fr:astronomie", "es:astronomía", "ja:天文学"]),
    ("telescopes", "Telescopes", &["astronomy", "technology"], &["de:Teleskop", "fr:télescope", "es:telescopio", "ja:望遠鏡"]),
    ("meteor-showers", "Meteor showers", &["astronomy"], &["de:Sternschnuppen", "fr:pluie de météores", "es:lluvia de estrellas"]),
    ("exoplanets", "Exoplanets", &["astronomy"], &["de:Exoplanet", "fr:exoplanète", "es:exoplaneta"]),
    ("astrophotography", "Astrophotography", &["telescopes", "arts-and-crafts"], &["de:Astrofotografie", "fr:astrophotographie", "es:astrofotografía"]),
    ("dark-skies", "Dark skies", &["astronomy", "sustainability"], &["de:Lichtverschmutzung", "fr:ciel noir", "es:cielo oscuro"]),

    ("gardening", "Gardening", &["outdoors"], &["de:Gärtnern", "fr:jardinage", "es:jardinería", "ja:園芸"]),
    ("composting", "Composting", &["gardening", "sustainability"], &["de:Kompost", "fr:compostage", "es:compostaje"]),
    ("seed-saving", "Seed saving", &["gardening"], &["de:Saatgut", "fr:semences paysannes", "es:semillas"]),
    ("orchards", "Orchards", &["gardening"], &["de:Obstgarten", "fr:verger", "es:huerto de frutales"]),
    ("community-gardens", "Community gardens", &["gardening", "society"], &["de:Gemeinschaftsgarten", "fr:jardin partagé", "es:huerto urbano"]),
    ("cider", "Cider", &["orchards", "food-and-drink"], &["de:Apfelwein", "fr:cidre", "es:sidra"]),
    ("mushroom-growing", "Mushroom growing", &["gardening"], &["de:Pilzzucht", "fr:culture de champignons", "es:cultivo de setas"]),

    ("data-science", "Data science", &["science", "technology"], &["de:Datenwissenschaft", "fr:science des données", "es:ciencia de datos"]),
    ("statistics", "Statistics", &["data-science"], &["de:Statistik", "fr:statistique", "es:estadística", "ja:統計"]),
    ("machine-learning", "Machine learning", &["data-science"], &["de:maschinelles Lernen", "fr:apprentissage automatique", "es:aprendizaje automático", "ja:機械学習"]),
    ("data-visualization", "Data visualization", &["data-science", "arts-and-crafts"], &["de:Datenvisualisierung", "fr:visualisation de données", "es:visualización de datos"]),
    ("open-data", "Open data", &["data-science", "society"], &["de:offene Daten", "fr:données ouvertes", "es:datos abiertos"]),
    ("data-journalism", "Data journalism", &["data-visualization", "open-data"], &["de:Datenjournalismus", "fr:journalisme de données", "es:periodismo de datos"]),
    ("cartography", "Cartography", &["data-visualization", "outdoors"], &["de:Kartografie", "fr:cartographie", "es:cartografía"]),

    ("baking", "Baking", &["food-and-drink"], &["de:Backen", "fr:boulangerie", "es:panadería"]),
    ("sourdough", "Sourdough", &["baking"], &["de:Sauerteig", "fr:levain", "es:masa madre"]),
    ("rye-bread", "Rye bread", &["sourdough"], &["de:Roggenbrot", "fr:pain de seigle", "es:pan de centeno"]),
    ("pastry", "Pastry", &["baking"], &["de:Feingebäck", "fr:pâtisserie", "es:repostería"]),
    ("flour-milling", "Flour milling", &["baking", "small-business"], &["de:Mühle", "fr:meunerie", "es:molienda"]),
    ("wedding-cakes", "Wedding cakes", &["pastry", "arts-and-crafts"], &["de:Hochzeitstorte", "fr:gâteau de mariage", "es:tarta nupcial"]),

    ("music-making", "Music making", &["arts-and-crafts"], &["de:Musizieren", "fr:pratique musicale", "es:hacer música"]),
    ("synthesizers", "Synthesizers", &["music-making", "technology"], &["de:Synthesizer", "fr:synthétiseur", "es:sintetizador", "ja:シンセサイザー"]),
    ("choirs", "Choirs", &["music-making"], &["de:Chor", "fr:chorale", "es:coro"]),
    ("field-recording", "Field recording", &["music-making", "outdoors"], &["de:Klangaufnahme", "fr:prise de son", "es:grabación de campo"]),
    ("instrument-building", "Instrument building", &["music-making"], &["de:Instrumentenbau", "fr:lutherie", "es:lutería"]),
    ("modular-synths", "Modular synths", &["synthesizers"], &["de:Modularsynthese", "fr:synthé modulaire", "es:sinte modular"]),

    ("hiking", "Hiking", &["outdoors"], &["de:Wandern", "fr:randonnée", "es:senderismo", "ja:登山"]),
    ("trail-running", "Trail running", &["hiking"], &["de:Traillauf", "fr:course nature", "es:carrera de montaña"]),
    ("mountain-huts", "Mountain huts", &["hiking", "small-business"], &["de:Berghütte", "fr:refuge de montagne", "es:refugio de montaña"]),
    ("map-reading", "Map reading", &["hiking", "cartography"], &["de:Kartenlesen", "fr:lecture de carte", "es:leer mapas"]),
    ("birdwatching", "Birdwatching", &["hiking", "science"], &["de:Vogelbeobachtung", "fr:ornithologie", "es:observación de aves"]),
    ("night-hikes", "Night hikes", &["hiking", "dark-skies"], &["de:Nachtwanderung", "fr:randonnée nocturne", "es:marcha nocturna"]),

    ("town-planning", "Town planning", &["society"], &["de:Stadtplanung", "fr:urbanisme", "es:urbanismo"]),
    ("public-transport", "Public transport", &["town-planning", "sustainability"], &["de:Nahverkehr", "fr:transports en commun", "es:transporte público"]),
    ("bike-lanes", "Bike lanes", &["town-planning", "cycling"], &["de:Radweg", "fr:piste cyclable", "es:carril bici"]),
    ("housing", "Housing", &["town-planning"], &["de:Wohnungsbau", "fr:logement", "es:vivienda"]),
    ("city-parks", "City parks", &["town-planning", "gardening"], &["de:Stadtpark", "fr:parc urbain", "es:parque urbano"]),
    ("night-trains", "Night trains", &["public-transport"], &["de:Nachtzug", "fr:train de nuit", "es:tren nocturno"]),

    ("pottery", "Pottery", &["arts-and-crafts"], &["de:Töpfern", "fr:poterie", "es:alfarería", "ja:陶芸"]),
    ("kilns", "Kilns", &["pottery", "technology"], &["de:Brennofen", "fr:four à céramique", "es:horno cerámico"]),
    ("glazes", "Glazes", &["pottery", "science"], &["de:Glasur", "fr:émail", "es:esmalte"]),
    ("wheel-throwing", "Wheel throwing", &["pottery"], &["de:Drehscheibe", "fr:tournage", "es:torno"]),
    ("tableware", "Tableware", &["pottery", "food-and-drink"], &["de:Geschirr", "fr:vaisselle", "es:vajilla"]),

    ("open-source", "Open source", &["technology"], &["de:freie Software", "fr:logiciel libre", "es:software libre", "ja:オープンソース"]),
    ("compilers", "Compilers", &["open-source"], &["de:Compilerbau", "fr:compilateur", "es:compilador"]),
    ("databases", "Databases", &["open-source", "data-science"], &["de:Datenbank", "fr:base de données", "es:base de datos", "ja:データベース"]),
    ("documentation", "Documentation", &["open-source"], &["de:Dokumentation", "fr:documentation", "es:documentación"]),
    ("creative-coding", "Creative coding", &["open-source", "arts-and-crafts"], &["de:Codekunst", "fr:programmation créative", "es:código creativo"]),
    ("generative-type", "Generative type", &["creative-coding", "typography"], &["de:generative Schrift", "fr:typographie générative", "es:tipografía generativa"]),
];
