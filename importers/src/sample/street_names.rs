//! Names of streets, numbered where a park has more streets than names.

/// Streets along the rivers.
pub(super) const ACROSS_NAMES: [&str; 12] = [
    "工业路",
    "兴业路",
    "科技路",
    "振兴路",
    "和谐路",
    "润泽路",
    "长青路",
    "安泰路",
    "启航路",
    "群英路",
    "汇丰路",
    "新源路",
];
/// Streets across the rivers.
pub(super) const ALONG_NAMES: [&str; 12] = [
    "西苑路",
    "腾飞路",
    "东方路",
    "迎宾路",
    "锦绣路",
    "凤凰路",
    "朝阳路",
    "文昌路",
    "金桥路",
    "明珠路",
    "春晖路",
    "致远路",
];
/// Local streets.
pub(super) const LOCAL_NAMES: [&str; 32] = [
    "紫薇巷",
    "银杏街",
    "翠竹街",
    "玉兰街",
    "金桂街",
    "丹枫街",
    "海棠街",
    "樱花街",
    "芙蓉街",
    "雪松街",
    "香樟街",
    "梧桐街",
    "石榴街",
    "茉莉街",
    "月季街",
    "桃园街",
    "梅园街",
    "兰亭街",
    "菊香街",
    "荷塘街",
    "柳堤街",
    "杏林街",
    "枫林街",
    "竹海街",
    "青松街",
    "白杨街",
    "红叶街",
    "碧桃街",
    "丁香街",
    "木槿街",
    "蔷薇街",
    "百合街",
];

/// The `k`th of some names, or a numbered one where they run out.
pub(super) fn named(names: &[&str], k: usize, pattern: (&str, &str)) -> String {
    names.get(k).map_or_else(|| format!("{}{}{}", pattern.0, k + 1, pattern.1), |name| (*name).to_owned())
}
