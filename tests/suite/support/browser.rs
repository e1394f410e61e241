//! Drives a real browser: Chromium without a window, through chromedriver.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// Limits the time that the page may take for one step.
const PATIENCE: Duration = Duration::from_secs(20);

/// Makes Chromium work in a container, without any request to the network.
const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
];

/// A browser with one page. Dropping it closes the browser.
pub struct Browser {
    runtime: Runtime,
    client: Option<Client>,
    driver: Child,
    _profile: tempfile::TempDir,
}

/// A command of chromedriver that WebDriver does not have.
#[derive(Debug)]
struct Chrome(&'static str, Value);

impl WebDriverCompatibleCommand for Chrome {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.0))
    }

    fn method_and_body(&self, _: &url::Url) -> (hyper::Method, Option<String>) {
        (hyper::Method::POST, Some(self.1.to_string()))
    }
}

/// Returns the first of these programs that exists.
fn program(names: &[&str]) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let paths = std::env::split_paths(&folders).flat_map(|folder| names.iter().map(move |name| folder.join(name)));
    paths.into_iter().find(|path| path.is_file())
}

impl Browser {
    /// Starts a browser. Returns none, and prints a message, if Chromium is missing.
    pub fn open() -> Option<Browser> {
        let chromium = program(&["chromium", "chromium-browser", "google-chrome"]);
        let (Some(chromium), Some(driver)) = (chromium, program(&["chromedriver"])) else {
            println!("skipped: no chromium");
            return None;
        };
        let profile = tempfile::tempdir().expect("a temporary folder");
        let (driver, port) = start(&driver);
        let runtime = Runtime::new().expect("a runtime");
        let mut flags: Vec<String> = FLAGS.iter().map(|flag| (*flag).to_owned()).collect();
        flags.push(format!("--user-data-dir={}", profile.path().display()));
        let wanted = json!({
            "goog:chromeOptions": {"binary": chromium, "args": flags},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        });
        let wanted: Capabilities = wanted.as_object().expect("capabilities").clone();
        let mut builder = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
        builder.capabilities(wanted);
        let client = runtime.block_on(builder.connect(&format!("http://127.0.0.1:{port}")));
        let browser = Browser {
            runtime,
            client: Some(client.expect("a session")),
            driver,
            _profile: profile,
        };
        browser.set_screen(1280, 900);
        // Requests of the browser's own first page are not part of the report.
        browser
            .runtime
            .block_on(browser.client().goto("about:blank"))
            .expect("a page");
        browser.requests();
        browser.log("browser");
        Some(browser)
    }

    fn client(&self) -> &Client {
        self.client.as_ref().expect("a session")
    }

    /// Opens a file, at a fragment.
    pub fn open_page(&self, file: &Path, fragment: &str) {
        let mut url = url::Url::from_file_path(file).expect("a path from the root");
        url.set_fragment((!fragment.is_empty()).then_some(fragment));
        self.runtime.block_on(self.client().goto(url.as_str())).expect("a page");
    }

    /// Evaluates an expression.
    #[track_caller]
    pub fn evaluate(&self, expression: &str) -> Value {
        let script = format!("return {expression};");
        let answer = self.runtime.block_on(self.client().execute(&script, Vec::new()));
        answer.unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    /// Waits until an expression is true.
    #[track_caller]
    pub fn wait_for(&self, expression: &str) {
        let began = Instant::now();
        while self.evaluate(&format!("Boolean({expression})")) != true {
            let shown = || self.evaluate("document.body.innerText").to_string();
            assert!(began.elapsed() < PATIENCE, "never {expression} in {}", shown());
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// Types text, or keys by their WebDriver codes, into the focused element.
    pub fn type_keys(&self, keys: &str) {
        let press = |c: char| [KeyAction::Down { value: c }, KeyAction::Up { value: c }];
        let typed = keys.chars().flat_map(press);
        let actions = typed.fold(KeyActions::new("keys".to_owned()), |actions, key| actions.then(key));
        self.runtime
            .block_on(self.client().perform_actions(actions))
            .expect("keys");
    }

    /// Runs a command of Chromium.
    pub fn chrome(&self, command: &str, params: Value) -> Value {
        let command = Chrome("goog/cdp/execute", json!({"cmd": command, "params": params}));
        self.runtime
            .block_on(self.client().issue_cmd(command))
            .expect("an answer")
    }

    /// Sets the screen size, in CSS pixels.
    pub fn set_screen(&self, width: u32, height: u32) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
        self.chrome("Emulation.setDeviceMetricsOverride", metrics);
    }

    /// Sets a media feature, for instance `prefers-color-scheme`.
    pub fn set_media_feature(&self, feature: &str, value: &str) {
        let features = json!({"features": [{"name": feature, "value": value}]});
        self.chrome("Emulation.setEmulatedMedia", features);
    }

    /// Returns the entries of a log since the last call.
    pub fn log(&self, kind: &str) -> Vec<Value> {
        let entries = self
            .runtime
            .block_on(self.client().issue_cmd(Chrome("se/log", json!({"type": kind}))));
        entries.expect("a log").as_array().expect("entries").clone()
    }

    /// Returns the addresses that the page requested since the last read of the performance log.
    pub fn requests(&self) -> Vec<String> {
        let url = |entry: &Value| {
            let message: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let message = &message["message"];
            (message["method"] == "Network.requestWillBeSent")
                .then(|| message["params"]["request"]["url"].as_str().map(str::to_owned))?
        };
        self.log("performance").iter().filter_map(url).collect()
    }

    /// Saves the whole page as a picture below `target/report-screenshots`, and prints the path.
    pub fn save_screenshot(&self, name: &str) {
        let size = self.chrome("Page.getLayoutMetrics", json!({}));
        let clip = json!({"x": 0, "y": 0, "scale": 1,
            "width": size["cssContentSize"]["width"], "height": size["cssContentSize"]["height"]});
        let shot = self.chrome(
            "Page.captureScreenshot",
            json!({"captureBeyondViewport": true, "clip": clip}),
        );
        let folder = super::repository().join("target/report-screenshots");
        std::fs::create_dir_all(&folder).expect("a writable folder");
        let file = folder.join(format!("{name}.png"));
        std::fs::write(&file, base64(shot["data"].as_str().expect("a picture"))).expect("a writable file");
        println!("screenshot: {}", file.display());
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            let _ = self.runtime.block_on(client.close());
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Starts chromedriver on a free port, and reads the port from its output.
fn start(driver: &Path) -> (Child, u16) {
    let mut command = Command::new(driver);
    let command = command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null());
    let mut driver = command.spawn().expect("chromedriver starts");
    let mut lines = BufReader::new(driver.stdout.take().expect("its output")).lines();
    let port = |line: String| {
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    };
    let port = lines.by_ref().map_while(Result::ok).find_map(port).expect("a port");
    // Reads on, because a write to a closed pipe would kill chromedriver.
    std::thread::spawn(move || lines.for_each(drop));
    (driver, port)
}

/// Decodes base64 text.
fn base64(text: &str) -> Vec<u8> {
    let value = |c: u8| match c {
        b'A'..=b'Z' => u32::from(c - b'A'),
        b'a'..=b'z' => u32::from(c - b'a') + 26,
        b'0'..=b'9' => u32::from(c - b'0') + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u32> = text.bytes().filter(|c| *c != b'=').map(value).collect();
    let group = |digits: &[u32]| {
        let bits = digits.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - digits.len()));
        bits.to_be_bytes()[1..digits.len()].to_vec()
    };
    digits.chunks(4).flat_map(group).collect()
}
