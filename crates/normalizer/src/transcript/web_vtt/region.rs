use super::settings::{pairs, percentage};

/// A place in the picture that cues are drawn into, with percentages of it. "WebVTT region", section 6.2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Region<'a> {
    pub(super) id: &'a str,
    pub(super) width: f64,
    /// Lines of text. A number beyond all counting is the greatest that can be counted.
    pub(super) lines: u64,
    /// The point of the region, across and down, that lies on the viewport's anchor.
    pub(super) anchor: (f64, f64),
    pub(super) viewport_anchor: (f64, f64),
    /// New lines push older ones up.
    pub(super) scrolls_up: bool,
}

impl<'a> Region<'a> {
    /// "Collect WebVTT region settings": what is not understood changes nothing.
    pub(super) fn of(settings: &'a str) -> Self {
        let mut region = Self {
            id: "",
            width: 100.0,
            lines: 3,
            anchor: (0.0, 100.0),
            viewport_anchor: (0.0, 100.0),
            scrolls_up: false,
        };
        for (name, value) in pairs(settings) {
            match name {
                "id" => region.id = value,
                "width" => region.width = percentage(value).unwrap_or(region.width),
                "lines" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                    region.lines = value.parse().unwrap_or(u64::MAX);
                }
                "regionanchor" => region.anchor = point(value).unwrap_or(region.anchor),
                "viewportanchor" => {
                    region.viewport_anchor = point(value).unwrap_or(region.viewport_anchor);
                }
                "scroll" => region.scrolls_up |= value == "up",
                _ => {}
            }
        }
        region
    }
}

fn point(value: &str) -> Option<(f64, f64)> {
    let (across, down) = value.split_once(',')?;
    Some((percentage(across)?, percentage(down)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(settings: &str, expect: impl FnOnce(&mut Region<'_>)) {
        let mut expected = Region::of("");
        expect(&mut expected);
        assert_eq!(Region::of(settings), expected, "{settings:?}");
    }

    #[test]
    fn settings_are_read() {
        check(
            "id:fred width:40%\nlines:5\tregionanchor:0%,100%\nviewportanchor:10%,90.5% scroll:up",
            |region| {
                region.id = "fred";
                region.width = 40.0;
                region.lines = 5;
                region.viewport_anchor = (10.0, 90.5);
                region.scrolls_up = true;
            },
        );
        check("id:a id:b:c", |region| region.id = "b:c");
        check("id:-->", |region| region.id = "-->");
        check("lines:0", |region| region.lines = 0);
        check("lines:99999999999999999999", |region| region.lines = u64::MAX);
        check("scroll:up scroll:down", |region| region.scrolls_up = true);
        check("regionanchor:1%,2% regionanchor:101%,2%", |region| region.anchor = (1.0, 2.0));
    }

    #[test]
    fn malformed_settings_change_nothing() {
        for settings in [
            "id",
            "id:",
            ":id",
            ": id",
            "Id:x",
            "width:40",
            "width:101%",
            "width:-1%",
            "lines:-1",
            "lines:+1",
            "lines:1.0",
            "regionanchor:0,0",
            "regionanchor:0%,0",
            "regionanchor:1%",
            "regionanchor:,1%",
            "regionanchor:-0%,0%",
            "regionanchor:1%,2%,3%",
            "viewportanchor:1%",
            "viewportanchor:1%, 2%",
            "scroll:UP",
            "scroll:",
            "region anchor:1%,1%",
        ] {
            check(settings, |_| {});
        }
    }
}
