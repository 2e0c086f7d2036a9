# 图框：标题栏、图例、比例尺。无窗口出图时同样使用。
synthetic = 合成数据
as-of = 截至 { $date }
date-unknown = 日期不详
building-scene = 正在构建场景 …
at-centre = 以画面中心为准
north = 北
heading-parcels = 宗地
heading-buildings = 建筑
heading-roads = 道路
heading-networks = 管线
heading-legend = 图例
sun-of = 日照时刻 { $time }（{ $offset }）
